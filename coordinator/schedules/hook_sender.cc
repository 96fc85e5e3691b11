#include "coordinator/schedules/hook_sender.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>
#include <utility>

#include "coordinator/web/http_client.h"

namespace signet::coordinator {
namespace {

constexpr int kSecondsMax = 10;
constexpr int kSuccessFirst = 200;
constexpr int kSuccessLast = 299;
constexpr int kDelayFactor = 5;

}  // namespace

/// One hook's queue and thread.
class HookSender::Lane {
 public:
  explicit Lane(HookSender& owner) : owner_(owner), thread_([this] { Work(); }) {}
  ~Lane() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void Add(Notice notice) {
    std::string dropped;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(std::move(notice));
      if (queue_.size() > owner_.options_.queue_max) {
        dropped = queue_.front().id;
        queue_.pop_front();
      }
    }
    changed_.notify_all();
    if (!dropped.empty()) owner_.Ended({dropped, Exhausted("its hook has too many waiting")});
  }

 private:
  void Work() {
    for (;;) {
      Notice notice;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        notice = std::move(queue_.front());
        queue_.pop_front();
      }
      Deliver(notice);
    }
  }

  void Deliver(const Notice& notice) {
    const HookOptions& options = owner_.options_;
    const std::string body = notice.body.Dump();
    Status last;
    std::chrono::milliseconds delay(options.delay_ms_base);
    for (int attempt = 1; attempt <= options.attempts_max; ++attempt, delay *= kDelayFactor) {
      const Result<int> status = owner_.post_(notice.url, body);
      if (status.ok() && *status >= kSuccessFirst && *status <= kSuccessLast) {
        return owner_.Ended({notice.id, OkStatus()});
      }
      last = status.ok() ? Unavailable("the hook answered " + std::to_string(*status))
                         : status.status();
      if (last.code() == StatusCode::kInvalid || attempt == options.attempts_max) break;
      std::unique_lock<std::mutex> lock(mutex_);
      if (changed_.wait_for(lock, delay, [this] { return stopping_; })) return;
    }
    owner_.Ended({notice.id, last});
  }

  HookSender& owner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Notice> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

HookSender::HookSender(Post post, HookOptions options)
    : post_(std::move(post)), options_(options) {}

HookSender::~HookSender() {
  std::map<std::string, std::unique_ptr<Lane>> lanes;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    lanes.swap(lanes_);
  }
  lanes.clear();  // joins, without the lock that Ended takes
}

void HookSender::Send(Notice notice) {
  Lane* lane = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = lanes_.find(notice.url);
    if (found != lanes_.end()) {
      lane = found->second.get();
    } else if (lanes_.size() < options_.hooks_max) {
      lane = lanes_.emplace(notice.url, std::make_unique<Lane>(*this)).first->second.get();
    }
  }
  if (lane == nullptr) return Ended({notice.id, Exhausted("there are too many hooks")});
  lane->Add(std::move(notice));
}

std::vector<NoticeOutcome> HookSender::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(outcomes_, {});
}

void HookSender::Ended(NoticeOutcome outcome) {
  const std::lock_guard<std::mutex> lock(mutex_);
  outcomes_.push_back(std::move(outcome));
}

HookSender::Post HookSender::OverHttp() {
  return [](const std::string& url, const std::string& body) -> Result<int> {
    ASSIGN_OR_RETURN(const HttpAnswer answer, HttpPost(url, body, "application/json", kSecondsMax));
    return answer.status;
  };
}

}  // namespace signet::coordinator
