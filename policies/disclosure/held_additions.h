/// Member lists over time: small additions wait until they are a group; removals never wait.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "policies/model/purpose.h"

namespace signet::policies {

/// A subject that belongs to a list but is not shown yet.
struct HeldMember {
  Uuid token{};
  /// When it was first held, microseconds since 1970.
  int64_t since_micros = 0;
  friend bool operator==(const HeldMember&, const HeldMember&) = default;
};

struct ReleasedList {
  std::vector<Uuid> members;     ///< what the recipient may see now, ascending
  std::vector<HeldMember> held;  ///< who waits, ascending by token
  uint64_t joined = 0;           ///< additions that were let through
  uint64_t left = 0;             ///< removals, which are never held
  /// True when additions went through because the oldest had waited the rule's hold_max_s.
  bool by_age = false;
  /// When those held go through at the latest, microseconds since 1970; 0 = nobody waits.
  int64_t due_micros = 0;
};

/// What of `now` may be shown to somebody who was shown `before` (both ascending, distinct).
/// Removals go through always. Additions (held ones that still belong to the list among them) go
/// through when there are at least rule.min_group of them, or when the oldest has waited
/// rule.hold_max_s; age alone lets nobody into a list that is no group then. Deterministic:
/// `at_micros` is the run's as_of, no clock.
ReleasedList ReleaseMembers(const std::vector<Uuid>& before,
                            const std::vector<HeldMember>& held,
                            const std::vector<Uuid>& now,
                            int64_t at_micros,
                            const PublicationRule& rule);

}  // namespace signet::policies
