#include "policies/disclosure/held_additions.h"

#include <algorithm>
#include <iterator>

namespace signet::policies {
namespace {

constexpr int64_t kMicros = 1'000'000;

bool ByToken(const HeldMember& a, const HeldMember& b) {
  return a.token < b.token;
}

// Since when each addition waits: those held before keep their time.
std::vector<HeldMember> Waiting(const std::vector<Uuid>& additions,
                                const std::vector<HeldMember>& held,
                                int64_t at_micros) {
  std::vector<HeldMember> sorted = held;
  std::sort(sorted.begin(), sorted.end(), ByToken);
  std::vector<HeldMember> waiting;
  waiting.reserve(additions.size());
  for (const Uuid& token : additions) {
    const HeldMember wanted{token, at_micros};
    const auto known = std::lower_bound(sorted.begin(), sorted.end(), wanted, ByToken);
    const bool was_held = known != sorted.end() && known->token == token;
    waiting.push_back(was_held ? HeldMember{token, std::min(known->since_micros, at_micros)}
                               : wanted);
  }
  return waiting;
}

}  // namespace

ReleasedList ReleaseMembers(const std::vector<Uuid>& before,
                            const std::vector<HeldMember>& held,
                            const std::vector<Uuid>& now,
                            int64_t at_micros,
                            const PublicationRule& rule) {
  ReleasedList released;
  std::vector<Uuid> stayed;
  std::vector<Uuid> additions;
  std::set_intersection(
      before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(stayed));
  std::set_difference(
      now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(additions));
  released.left = before.size() - stayed.size();
  std::vector<HeldMember> waiting = Waiting(additions, held, at_micros);
  int64_t oldest = at_micros;
  for (const HeldMember& one : waiting) oldest = std::min(oldest, one.since_micros);
  const bool enough = static_cast<int64_t>(waiting.size()) >= rule.min_group;
  const bool old = !waiting.empty() && at_micros - oldest >= rule.hold_max_s * kMicros;
  released.by_age = !enough && old && static_cast<int64_t>(now.size()) >= rule.min_group;
  if (!enough && !released.by_age) {
    released.members = std::move(stayed);
    if (!waiting.empty()) released.due_micros = oldest + rule.hold_max_s * kMicros;
    released.held = std::move(waiting);
    return released;
  }
  released.joined = additions.size();
  released.members = now;
  return released;
}

}  // namespace signet::policies
