#include "coordinator/api/login_book.h"

#include <utility>

#include "crypto/base/log.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr size_t kKnownMax = 10'000;

}  // namespace

void LoginBook::Record(crypto::AuditEvent event) {
  const std::string type = event.type;
  const Result<crypto::Recorded> recorded = events_.Record(std::move(event));
  if (recorded.ok()) return;
  signet::Log(LogLevel::kWarning,
              "login not recorded",
              Json::Of({{"type", type}, {"status", recorded.status().ToString()}}));
}

void LoginBook::LetIn(const std::string& who, const std::string& role, const std::string& by) {
  const int64_t now = clock_.MonotonicMicros() / kMicrosPerSecond;
  {
    const std::lock_guard lock(mutex_);
    if (let_in_.size() >= kKnownMax) let_in_.clear();
    const auto [at, fresh] = let_in_.try_emplace(who + "\n" + role + "\n" + by, now);
    if (!fresh && now - at->second < kAgainSeconds) return;
    at->second = now;
  }
  crypto::AuditEvent event;
  event.type = "login.succeeded";
  event.actor = role + ":" + who;
  event.action = "log in";
  event.facts = Json::Of({{"role", role}, {"by", by}});
  Record(std::move(event));
}

void LoginBook::Refused(const std::string& by) {
  const int64_t now = clock_.MonotonicMicros() / kMicrosPerSecond;
  uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    Refusals& refusals = refusals_[by];
    ++refusals.count;
    if (refusals.told_at != 0 && now - refusals.told_at < kRefusalsSeconds) return;
    refusals.told_at = now == 0 ? 1 : now;
    count = std::exchange(refusals.count, 0);
  }
  crypto::AuditEvent event;
  event.type = "login.refused";
  event.actor = "stranger";
  event.action = "log in";
  event.facts = Json::Of({{"by", by}, {"count", count}});
  Record(std::move(event));
}

}  // namespace signet::coordinator
