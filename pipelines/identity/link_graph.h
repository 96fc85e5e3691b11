/// The graph of link values: which occur together, which are blocked, which are one person.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/pseudonym/link_type.h"
#include "pipelines/identity/link_limits.h"
#include "pipelines/identity/pair_set.h"
#include "pipelines/record/uuid_index.h"

namespace signet::pipelines {

/// Fed with the table so far (AddKnown) and with rows (NodeOf, AddRow), then Resolve()d once. What
/// comes out does not depend on the order of the rows.
class LinkGraph {
 public:
  using Node = uint32_t;
  static constexpr uint32_t kNone = 0xffffffff;

  /// A person: `seen` orders them by age.
  struct Subject {
    Uuid id{};
    int64_t seen = 0;
    bool is_new = false;
  };

  /// `suppressed` tells whether a link value is on the suppression list; may be empty.
  LinkGraph(LinkLimits limits, std::function<bool(const Uuid& link)> suppressed);

  /// A kind of link values: type and, for ids, their domain.
  uint16_t KindOf(crypto::LinkType type, const std::string& id_domain);

  /// One row of the table so far; `in_use` is the alias' target, or `own` itself.
  void AddKnown(const Uuid& link, uint16_t kind, const Uuid& own, const Uuid& in_use, int64_t seen);
  void AddKnownBlocked(const Uuid& link, uint16_t kind);

  /// The node of a link value; new ones are not alive until a row uses them.
  Node NodeOf(const Uuid& link, uint16_t kind);
  void Prefetch(const Uuid& link) const { index_.Prefetch(link); }
  /// One row's links. A row with a suppressed one joins nothing and brings nothing to life.
  void AddRow(std::span<const Node> nodes);

  /// Blocks what is over its limit, joins the rest and gives each person a subject; persons without
  /// one get `new_subject()`, in ascending order of their smallest link value.
  void Resolve(const std::function<Subject()>& new_subject);

  // After Resolve:
  struct Entry {
    Uuid link{};
    uint16_t kind = 0;
    bool blocked = false;
    const Subject* own = nullptr;     ///< null when blocked
    const Subject* in_use = nullptr;  ///< the same as own, or the older one
  };
  /// All link values alive, ascending.
  void ForEach(const std::function<void(const Entry&)>& visit) const;

  struct Figures {
    uint64_t links = 0, new_links = 0, subjects = 0, new_subjects = 0, merged = 0;
    uint64_t suppressed_links = 0, suppressed_rows = 0;
    std::map<std::string, uint64_t> blocked;  ///< by type name
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }
  /// "email", or with its domain "id:crm": how the identity table names a kind.
  [[nodiscard]] std::string KindName(uint16_t kind) const;
  /// All subjects, old and new, each once.
  [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }
  /// The highest `seen` of the table so far.
  [[nodiscard]] int64_t newest_seen() const { return newest_seen_; }

 private:
  enum Flag : uint8_t { kAlive = 1, kBlocked = 2, kSuppressed = 4, kOld = 8 };
  struct Kind {
    crypto::LinkType type;
    std::string id_domain;
  };

  uint32_t SubjectNumber(const Uuid& id, int64_t seen);
  uint32_t Find(uint32_t node);
  void Join(uint32_t a, uint32_t b);
  void BlockOverLimit();
  void BlockByCounts(Node node, std::span<const uint64_t> counts);
  [[nodiscard]] bool HasId(uint32_t subject, uint16_t kind) const;
  void JoinAll();
  [[nodiscard]] std::vector<Node> AliveInOrder() const;
  void ChooseSubjects(const std::function<Subject()>& new_subject);

  LinkLimits limits_;
  std::function<bool(const Uuid& link)> suppressed_;
  std::vector<Kind> kinds_;
  UuidIndex index_;
  std::vector<uint8_t> flags_;    // by node
  std::vector<uint16_t> kind_;    // by node
  std::vector<uint32_t> own_;     // by node: subject number
  std::vector<uint32_t> parent_;  // by node: union-find
  std::vector<uint32_t> in_use_;  // by node: while adding the known subject, then that of its root
  std::vector<Node> alive_;       // after Resolve: ascending by link value
  PairSet pairs_;
  UuidIndex subject_index_;
  std::vector<Subject> subjects_;
  std::vector<std::pair<uint32_t, uint16_t>> subject_ids_;  // (subject in use, id kind), sorted
  Figures figures_;
  int64_t newest_seen_ = 0;
};

}  // namespace signet::pipelines
