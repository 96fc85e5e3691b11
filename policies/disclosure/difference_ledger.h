/// DifferenceLedger: the counts that were told, so that no two of them tell about a few people.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/model/purpose.h"
#include "policies/model/verdict.h"

namespace signet::policies {

/// One count that somebody was, or wants to be, told.
struct CountStatement {
  /// Who is told; recipients are taken to talk to each other.
  std::string recipient;
  /// What is counted: "loyalty/at_risk". The same text always means the same question.
  std::string group;
  int64_t count = 0;
  int64_t at_micros = 0;
};

/// How two groups lie to each other, counted on the members themselves.
struct Overlap {
  int64_t only_a = 0;  ///< A without B
  int64_t only_b = 0;  ///< B without A
  int64_t both = 0;
};

/// The counts told so far. A value; the caller keeps it sealed and durable before it tells one.
///
/// Three differences are watched (DESIGN section 9): across *time*, the same question asked again;
/// across *groups*, A told beside B where A without B, B without A, or both, is a small group; and
/// across *recipients*: what one was told counts for all.
///
/// Member lists are not asked for leave (they hold additions themselves, and removals must go
/// through): their sizes are noted. A count that a list shows already tells nothing new; one beside
/// it does.
class DifferenceLedger {
 public:
  static constexpr size_t kGroupsMax = 100'000;
  /// Different counts kept of one group; beyond them only counts already told may be repeated.
  static constexpr size_t kCountsMax = 1'000;

  /// Whether the statement may be told: the group itself reaches the minimum; the count equals each
  /// one told of that group before, or differs from it by at least the minimum; the same for the
  /// sizes of lists, unless it equals one of them; and no group that lies too close (KeepApart) was
  /// told. Never tells a count in its message.
  [[nodiscard]] Verdict MayTell(const CountStatement& statement, const PublicationRule& rule) const;

  /// Whether the counts of both groups may be known together. Parts of nobody tell nothing new when
  /// one group holds the other; a small part does.
  [[nodiscard]] static Verdict MayTellBoth(const std::string& a,
                                           const std::string& b,
                                           const Overlap& overlap,
                                           const PublicationRule& rule);

  /// Whether parts of a total may be told beside it: what is left of the total must be nobody or a
  /// group (complementary suppression).
  [[nodiscard]] static Verdict MayTellParts(const std::string& total_name,
                                            int64_t total,
                                            const std::vector<int64_t>& parts,
                                            const PublicationRule& rule);

  /// MayTell, and takes note when it may.
  Verdict Tell(const CountStatement& statement, const PublicationRule& rule);

  /// The size of a member list that `recipient` was given, whatever it is.
  void Note(const CountStatement& statement);
  /// From now on only one of the two groups may be told: where they differ, or meet, few people
  /// lie. What was told of both before stays told.
  void KeepApart(const std::string& a, const std::string& b);

  /// True when the group was ever told to anybody.
  [[nodiscard]] bool Knows(std::string_view group) const;
  /// What was told to `recipient` ("" = to anybody), for the audit: group, count, when. With the
  /// sizes of its lists.
  [[nodiscard]] std::vector<CountStatement> Told(std::string_view recipient) const;

  [[nodiscard]] Json ToJson() const;
  /// kCorrupt for anything that ToJson does not give.
  static Result<DifferenceLedger> FromJson(const Json& json);
  friend bool operator==(const DifferenceLedger&, const DifferenceLedger&) = default;

 private:
  struct Telling {
    int64_t count = 0;
    /// When each recipient was first told it.
    std::map<std::string, int64_t, std::less<>> recipients;
    /// The same for those who were given a list of that size.
    std::map<std::string, int64_t, std::less<>> lists;
    friend bool operator==(const Telling&, const Telling&) = default;
  };
  Telling& At(const CountStatement& statement);
  [[nodiscard]] Verdict MayTellNear(const std::string& group, const PublicationRule& rule) const;

  std::map<std::string, std::vector<Telling>, std::less<>> groups_;
  std::set<std::pair<std::string, std::string>> apart_;  // each with the smaller name first
};

}  // namespace signet::policies
