/// LoginBook: who was let in and who was not, for the log.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "crypto/audit/group_commit.h"
#include "crypto/base/clock.h"

namespace signet::coordinator {

/// Records logins at the control door. The log is not a record of each connection: one that was let
/// in is told again after an hour, refusals are counted and told at most once a minute. Safe from
/// any thread; callers wait until the entry is durable, many of them for one write.
class LoginBook {
 public:
  static constexpr int64_t kAgainSeconds = 3'600;
  static constexpr int64_t kRefusalsSeconds = 60;

  /// Both must outlive the book.
  LoginBook(crypto::GroupCommit& events, Clock& clock) : events_(events), clock_(clock) {}

  /// `who` in the role of "operator" or "member" was let in by its "certificate" or "socket".
  void LetIn(const std::string& who, const std::string& role, const std::string& by);
  /// Somebody was not: whom a certificate names is not repeated, it is a stranger's word.
  void Refused(const std::string& by);

 private:
  struct Refusals {
    uint64_t count = 0;  ///< not told yet
    int64_t told_at = 0;
  };

  void Record(crypto::AuditEvent event);

  crypto::GroupCommit& events_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, int64_t> let_in_;     // guarded by mutex_: seconds, by who and how
  std::map<std::string, Refusals> refusals_;  // guarded by mutex_: by how
};

}  // namespace signet::coordinator
