/// The answers of the SegmentService for one connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "SegmentService.h"
#include "coordinator/api/client_pins.h"
#include "coordinator/api/segment_server.h"
#include "coordinator/api/served_snapshots.h"
#include "crypto/base/clock.h"
#include "pipelines/snapshots/access_report.h"
#include "pipelines/snapshots/members.h"

namespace signet::coordinator {

inline constexpr size_t kTokensPerCallMax = 100'000;
inline constexpr size_t kIdentifiersPerCallMax = 10'000;
inline constexpr size_t kDiffTokensMax = 10'000;

/// What all connections share. Safe from any thread.
class ServiceState {
 public:
  ServiceState(const ServedSnapshots& served,
               ClientIdentities clients,
               uint64_t resolves_per_minute_max,
               Clock& clock)
      : served_(served),
        clients_(std::move(clients)),
        resolves_per_minute_max_(resolves_per_minute_max),
        clock_(clock) {}

  /// The recipient of that certificate, or empty. Without a table the identity is the recipient.
  [[nodiscard]] std::string RecipientOf(const std::string& identity) const;
  /// The same while clients are pinned: by the certificate itself. Without pins as above.
  [[nodiscard]] std::string RecipientOf(const std::string& identity,
                                        const std::string& fingerprint) const;
  /// Replaces the pins; connections that are open are looked at again with their next call.
  void Pin(ClientPins pins);
  /// Changes with each Pin that changed anything.
  [[nodiscard]] uint64_t pinning() const { return pinning_.load(); }
  [[nodiscard]] const ServedSnapshots& served() const { return served_; }
  /// Takes `n` identifiers from the recipient's budget, which refills evenly; false when it is
  /// spent.
  bool TakeResolves(const std::string& recipient, uint64_t n);
  /// All that changed between a version and the current one. One at a time; the last result of each
  /// recipient is kept.
  Result<pipelines::MemberDiff> DiffSince(const std::string& recipient,
                                          const ServedRecipient& view,
                                          const ServedSnapshot& current,
                                          const std::string& version,
                                          const std::string& segment);
  [[nodiscard]] Json Figures() const;
  /// Where reads are counted from now on; null: nowhere. Set before the first call.
  void CountAccess(pipelines::AccessSpool* access) { access_ = access; }
  [[nodiscard]] pipelines::AccessSpool* access() const { return access_; }

  std::atomic<uint64_t> calls = 0, lookups = 0, resolved = 0, refused = 0;

 private:
  struct Budget {
    double left = 0;
    int64_t at_micros = 0;
  };
  struct KeptDiff {
    std::string key;
    pipelines::MemberDiff diff;
  };

  const ServedSnapshots& served_;
  ClientIdentities clients_;
  uint64_t resolves_per_minute_max_;
  Clock& clock_;
  std::mutex mutex_;  // guards budgets_
  std::map<std::string, Budget> budgets_;
  pipelines::AccessSpool* access_ = nullptr;
  mutable std::mutex pins_mutex_;  // guards pins_
  ClientPins pins_;
  std::atomic<uint64_t> pinning_ = 0;
  std::mutex diff_mutex_;  // guards diffs_, and holds large work to one at a time
  std::map<std::string, KeptDiff> diffs_;
};

/// One connection's calls. `identity` tells the peer's certificate; it is known from the first
/// call.
class SegmentHandler final : public api::SegmentServiceIf {
 public:
  SegmentHandler(
      ServiceState& state,
      std::function<std::string()> identity,
      std::function<std::string()> fingerprint = [] { return std::string(); })
      : state_(state), identity_(std::move(identity)), fingerprint_(std::move(fingerprint)) {}

  bool isMember(const std::string& snapshot,
                const std::string& segment,
                const std::string& token) override;
  void isMemberBatch(std::string& answer,
                     const std::string& snapshot,
                     const std::string& segment,
                     const std::string& tokens) override;
  void segmentsOf(std::vector<std::string>& answer,
                  const std::string& snapshot,
                  const std::string& token) override;
  void resolve(std::vector<api::Resolved>& answer,
               const std::string& snapshot,
               const std::vector<std::string>& identifiers) override;
  void listSegments(std::vector<api::SegmentInfo>& answer) override;
  void getManifest(api::Manifest& answer, const std::string& snapshot) override;
  void diff(api::Diff& answer,
            const std::string& snapshot,
            const std::string& from_version,
            const std::string& segment,
            const std::string& after) override;

 private:
  struct Place;  // where a call looks: recipient, view, snapshot

  std::shared_ptr<const ServedRecipient> View();
  Place Find(const std::string& snapshot);
  [[noreturn]] void Refuse(api::ErrorCode code, const std::string& message);
  void Check(const Status& status);
  Uuid TokenFrom(const std::string& bytes);
  uint64_t BitOf(const Place& place, const std::string& segment);
  /// Counts a call for the log, before its answer is given.
  void CountRead(const Place& place, pipelines::AccessKind kind, uint64_t items);

  ServiceState& state_;
  std::function<std::string()> identity_;
  std::function<std::string()> fingerprint_;
  std::string recipient_;
  uint64_t pinning_ = 0;  ///< under which recipient_ was found
};

}  // namespace signet::coordinator
