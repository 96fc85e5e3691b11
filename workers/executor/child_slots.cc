#include "workers/executor/child_slots.h"

#include <algorithm>
#include <cstdint>
#include <errno.h>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <signal.h>
#include <sstream>
#include <string.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "crypto/base/secret.h"
#include "workers/executor/task_log.h"
#include "workers/executor/task_pipe.h"
#include "workers/executor/zygote.h"

namespace signet::workers {

namespace {

constexpr size_t kMessageHeaderBytes = 9;
constexpr size_t kReadBytes = 65'536;
/// Lines that wait for the agent; a task that says more meanwhile is not heard.
constexpr size_t kLinesWaitingMax = 1'000;

std::string EndText(int64_t wait_status) {
  const auto status = static_cast<int>(wait_status);
  if (status == -1) return "its process could not be started";
  if (WIFSIGNALED(status)) {
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return std::string("its process was ended by signal SIG") + (name != nullptr ? name : "?") +
           (WTERMSIG(status) == SIGKILL ? " (killed, or out of memory)" : "");
  }
  return "its process ended with exit code " + std::to_string(WEXITSTATUS(status)) +
         " and without a result";
}

struct Child {
  int descriptor = -1;
  pid_t pid = -1;
  Bytes outgoing;  ///< payload still to be written
  size_t written = 0;
  Bytes incoming;
  double progress = 0;
  bool closed = false;           ///< the task closed its end
  std::optional<int64_t> ended;  ///< wait status
};

class ChildSlots final : public TaskSlots {
 public:
  ChildSlots(int control, pid_t zygote) : control_(control), zygote_(zygote) {}
  ~ChildSlots() override {
    for (auto& child : children_) Close(child.second);
    ::close(control_);
    // The zygote ends with its socket, and its children with it.
    ::kill(zygote_, SIGKILL);
    ::waitpid(zygote_, nullptr, 0);
  }
  ChildSlots(const ChildSlots&) = delete;
  ChildSlots& operator=(const ChildSlots&) = delete;

  Status Start(uint64_t fence, Bytes payload) override {
    if (payload.size() > kPayloadBytesMax) {
      Wipe(payload.data(), payload.size());
      return Exhausted("the task's payload has " + std::to_string(payload.size()) + " bytes");
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return Unavailable(std::string("no socket pair for a task: ") +
                         std::generic_category().message(errno));
    }
    Status sent = SendControl(control_, {'S', fence, 0}, ends[1]);
    ::close(ends[1]);
    Child child;
    child.descriptor = ends[0];
    static_cast<void>(::fcntl(child.descriptor, F_SETFL, O_NONBLOCK));
    child.outgoing.reserve(payload.size() + 8);
    AppendU64(child.outgoing, payload.size());
    Append(child.outgoing, payload);
    Wipe(payload.data(), payload.size());
    if (!sent.ok()) {
      Close(child);
      return sent;
    }
    Write(child);
    children_.emplace(fence, std::move(child));
    return OkStatus();
  }

  void Kill(uint64_t fence) override {
    const auto found = children_.find(fence);
    if (found == children_.end()) return;
    static_cast<void>(SendControl(control_, {'K', fence, 0}));
    Close(found->second);
    children_.erase(found);
  }

  std::vector<TaskEnd> TakeEnded() override {
    HearZygote();
    std::vector<TaskEnd> ended;
    for (auto child = children_.begin(); child != children_.end();) {
      Write(child->second);
      Read(child->second);
      std::optional<TaskEnd> end = Parse(child->first, child->second);
      if (!end && child->second.ended && child->second.closed) {
        end = TaskEnd{0, Unavailable(EndText(*child->second.ended)), {}};
      }
      if (!end) {
        ++child;
        continue;
      }
      end->fence = child->first;
      ended.push_back(std::move(*end));
      Close(child->second);
      child = children_.erase(child);
    }
    return ended;
  }

  std::vector<TaskPulse> Pulses() override {
    std::vector<TaskPulse> pulses;
    pulses.reserve(children_.size());
    for (const auto& child : children_) {
      pulses.push_back({child.first, child.second.progress, CpuMillis(child.second.pid)});
    }
    return pulses;
  }

  std::vector<TaskLine> TakeLines() override { return std::exchange(lines_, {}); }

  std::vector<int> Descriptors() override {
    std::vector<int> descriptors{control_};
    for (const auto& child : children_) {
      if (!child.second.closed) descriptors.push_back(child.second.descriptor);
    }
    return descriptors;
  }

 private:
  /// utime and stime of /proc/PID/stat (fields 14 and 15 of proc(5), in clock ticks).
  static int64_t CpuMillis(pid_t pid) {
    if (pid <= 0) return 0;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const size_t name_end = line.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(line.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field <= 13; ++field) fields >> skipped;
    int64_t user = 0;
    int64_t system = 0;
    fields >> user >> system;
    return (user + system) * 1'000 / ::sysconf(_SC_CLK_TCK);
  }

  static void Close(Child& child) {
    Wipe(child.outgoing.data(), child.outgoing.size());
    if (child.descriptor >= 0) ::close(child.descriptor);
    child.descriptor = -1;
  }

  static void Write(Child& child) {
    while (child.written < child.outgoing.size()) {
      const ssize_t n = ::send(child.descriptor,
                               child.outgoing.data() + child.written,
                               child.outgoing.size() - child.written,
                               MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      child.written += static_cast<size_t>(n);
    }
    Wipe(child.outgoing.data(), child.outgoing.size());
    child.outgoing.clear();
    child.written = 0;
  }

  static void Read(Child& child) {
    uint8_t buffer[kReadBytes];
    while (!child.closed && child.incoming.size() <= kResultBytesMax + kReadBytes) {
      const ssize_t n = ::recv(child.descriptor, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (n <= 0) {
        child.closed = true;
        return;
      }
      child.incoming.insert(child.incoming.end(), buffer, buffer + n);
    }
  }

  /// Takes whole messages; the end, once a result or a failure is there.
  std::optional<TaskEnd> Parse(uint64_t fence, Child& child) {
    while (child.incoming.size() >= kMessageHeaderBytes) {
      ByteReader from(child.incoming);
      const uint8_t kind = from.U8().value();
      const uint64_t size = from.U64().value();
      if (size > kResultBytesMax) return TaskEnd{0, Corrupt("a task's message is too large"), {}};
      const Result<ByteView> body = from.Take(size);
      if (!body.ok()) return std::nullopt;
      if (kind == 'R') return TaskEnd{0, OkStatus(), Bytes(body->begin(), body->end())};
      if (kind == 'F') {
        Status failure;
        const Status decoded = DecodeFailure(*body, failure);
        return TaskEnd{0, decoded.ok() ? failure : decoded, {}};
      }
      const bool progress = kind == 'P' && size == 8;
      if (!progress && (kind != 'L' || !Hear(fence, *body))) {
        return TaskEnd{0, Corrupt("a task's message is malformed"), {}};
      }
      if (progress) {
        const uint64_t millionths = ByteReader(*body).U64().value();
        child.progress = std::min(1.0, static_cast<double>(millionths) / 1'000'000);
      }
      const auto used = static_cast<std::ptrdiff_t>(kMessageHeaderBytes + size);
      child.incoming.erase(child.incoming.begin(), child.incoming.begin() + used);
    }
    return std::nullopt;
  }

  bool Hear(uint64_t fence, ByteView body) {
    TaskLine line;
    if (!DecodeTaskLine(body, line).ok()) return false;
    line.fence = fence;
    if (lines_.size() < kLinesWaitingMax) lines_.push_back(std::move(line));
    return true;
  }

  void HearZygote() {
    while (zygote_alive_) {
      int attached = -1;
      const Result<std::optional<ZygoteMessage>> message = ReceiveControl(control_, &attached);
      if (!message.ok()) {
        zygote_alive_ = false;
        for (auto& child : children_) child.second.ended = -1;
        return;
      }
      if (!message->has_value()) return;
      const auto child = children_.find((*message)->fence);
      if (child == children_.end()) continue;
      if ((*message)->op == 'P') child->second.pid = static_cast<pid_t>((*message)->value);
      if ((*message)->op == 'E') {
        child->second.ended = (*message)->value;
        child->second.pid = -1;
        if ((*message)->value == -1) child->second.closed = true;
      }
    }
  }

  int control_;
  pid_t zygote_;
  bool zygote_alive_ = true;
  std::map<uint64_t, Child> children_;
  std::vector<TaskLine> lines_;
};

}  // namespace

Result<std::unique_ptr<TaskSlots>> StartChildSlots(const TaskRunner& runner,
                                                   TaskLimits limits,
                                                   const TaskPreparation& prepare) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Unavailable(std::string("no socket pair for the zygote: ") +
                       std::generic_category().message(errno));
  }
  const int self = ::getpid();
  const pid_t zygote = ::fork();
  if (zygote < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return Unavailable(std::string("cannot fork the zygote: ") +
                       std::generic_category().message(errno));
  }
  if (zygote == 0) {
    ::close(ends[0]);
    RunZygote(ends[1], {runner, limits, prepare}, self);
  }
  ::close(ends[1]);
  static_cast<void>(::fcntl(ends[0], F_SETFL, O_NONBLOCK));
  return std::unique_ptr<TaskSlots>(std::make_unique<ChildSlots>(ends[0], zygote));
}

}  // namespace signet::workers
