/// HookSender: posts notifications, each hook in a thread of its own, so that a slow one stops
/// nothing but itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// One message to one hook.
struct Notice {
  std::string id;  ///< the same when it is sent again: receivers may drop what they know
  std::string url;
  Json body;
};

/// What became of a notice.
struct NoticeOutcome {
  std::string id;
  Status status;  ///< ok, or why it was given up
};

struct HookOptions {
  int attempts_max = 5;
  int64_t delay_ms_base = 1'000;  ///< before attempt n+1: base * 5^(n-1)
  size_t queue_max = 1'000;       ///< of one hook; then its oldest are given up
  size_t hooks_max = 64;          ///< different URLs
};

/// Any thread may send; nothing here waits for a hook but the destructor, for at most one call that
/// is under way.
class HookSender {
 public:
  /// Posts `body` to `url` and returns the HTTP status. The real one has a deadline of 10 s.
  using Post = std::function<Result<int>(const std::string& url, const std::string& body)>;

  explicit HookSender(Post post, HookOptions options = {});
  ~HookSender();
  HookSender(const HookSender&) = delete;
  HookSender& operator=(const HookSender&) = delete;

  void Send(Notice notice);
  /// The notices that were delivered (any 2xx) or given up since the last call.
  std::vector<NoticeOutcome> Take();
  /// Over HTTP or HTTPS.
  static Post OverHttp();

 private:
  class Lane;
  void Ended(NoticeOutcome outcome);

  Post post_;
  HookOptions options_;
  std::mutex mutex_;  // guards lanes_ and outcomes_
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
  std::vector<NoticeOutcome> outcomes_;
};

}  // namespace signet::coordinator
