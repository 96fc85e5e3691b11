#include "workers/executor/zygote.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <exception>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "crypto/base/clock.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "workers/executor/task_log.h"
#include "workers/executor/task_pipe.h"

namespace signet::workers {

namespace {

constexpr int64_t kProgressMicros = 100'000;
/// From the interrupt to SIGKILL: what a cancelled task gets to come to a safe point.
constexpr int64_t kGraceMicros = 2'000'000;
constexpr int64_t kMicrosPerMilli = 1'000;
constexpr int kInterrupted = 130;  // as shells say it

// What a signal handler may touch.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t interrupted = 0;

void OnInterrupt(int /*signal*/) {
  interrupted = 1;
}

/// Ends this process when its parent ends. The parent may be gone already: then at once.
void DieWith(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

void Limit(int resource, uint64_t value) {
  if (value == 0) return;
  const rlimit limit{value, value};
  static_cast<void>(::setrlimit(static_cast<__rlimit_resource>(resource), &limit));
}

/// One message after the other, whichever thread sends it.
Status SendMessage(int descriptor, char kind, ByteView body) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  Bytes header{static_cast<uint8_t>(kind)};
  AppendU64(header, body.size());
  TRY(WriteAll(descriptor, header));
  return WriteAll(descriptor, body);
}

/// Reports progress at most ten times a second. Where a task reports is where it may end: nothing
/// is half written there. An interrupt (cancel) takes effect here.
class Reporter {
 public:
  explicit Reporter(int descriptor) : descriptor_(descriptor) {}
  void operator()(double progress) {
    if (interrupted != 0) ::_exit(kInterrupted);
    const int64_t now = clock_.MonotonicMicros();
    if (sent_ && now - last_ < kProgressMicros) return;
    sent_ = true;
    last_ = now;
    const double bounded = progress >= 0 ? std::min(progress, 1.0) : 0.0;  // NaN counts as 0
    Bytes body;
    AppendU64(body, static_cast<uint64_t>(bounded * 1'000'000));
    static_cast<void>(SendMessage(descriptor_, 'P', body));
  }

 private:
  int descriptor_;
  SystemClock clock_;
  int64_t last_ = 0;
  bool sent_ = false;
};

/// What the task's libraries log goes to the agent, redacted here: see TaskLog.
class Speaker {
 public:
  Speaker(int descriptor, ByteView payload) : descriptor_(descriptor), log_(payload) {
    SetLogSink([this](LogLevel level, std::string_view event, const Json& facts) {
      TaskLine line;
      if (!log_.Take(level, event, facts, clock_.MonotonicMicros(), line)) return;
      Bytes body;
      EncodeTaskLine(line, body);
      static_cast<void>(SendMessage(descriptor_, 'L', body));
    });
  }
  ~Speaker() { SetLogSink(nullptr); }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

 private:
  int descriptor_;
  SystemClock clock_;
  TaskLog log_;
};

/// Runs the runner; what it might throw becomes a status.
Result<Bytes> RunSafely(const TaskRunner& runner, ByteView payload, int descriptor) {
  try {
    const Speaker speaker(descriptor, payload);
    Reporter reporter(descriptor);
    return runner(payload, [&reporter](double progress) { reporter(progress); });
  } catch (const std::bad_alloc&) {
    return Exhausted("the task ran out of memory");
  } catch (const std::exception&) {
    return Internal("the task ended with an exception");  // its text may quote data
  }
}

[[noreturn]] void RunTask(int descriptor, const TaskRunner& runner, const TaskLimits& limits) {
  Limit(RLIMIT_DATA, limits.memory_bytes_max);
  Limit(RLIMIT_FSIZE, limits.file_bytes_max);
  Limit(RLIMIT_NOFILE, limits.descriptors_max);
  Bytes size_bytes(8);
  if (!ReadAll(descriptor, size_bytes).ok()) ::_exit(1);
  ByteReader size_reader(size_bytes);
  const uint64_t size = size_reader.U64().value();
  if (size > kPayloadBytesMax) ::_exit(1);
  SecretBytes payload(size);
  if (!ReadAll(descriptor, payload.ExposeSecretForWrite()).ok()) ::_exit(1);
  Result<Bytes> result = RunSafely(runner, payload.ExposeSecret(), descriptor);
  if (result.ok() && result->size() > kResultBytesMax) {
    result = Exhausted("the task's result has " + std::to_string(result->size()) + " bytes; " +
                       std::to_string(kResultBytesMax) + " are possible");
  }
  Status sent;
  if (result.ok()) {
    sent = SendMessage(descriptor, 'R', *result);
  } else {
    Bytes body;
    EncodeFailure(result.status(), body);
    sent = SendMessage(descriptor, 'F', body);
  }
  // Without destructors of libraries: their threads may still run.
  ::_exit(sent.ok() ? 0 : 1);
}

class Zygote {
 public:
  Zygote(int control, int signals, const TaskRunner& runner, const TaskLimits& limits)
      : control_(control), signals_(signals), runner_(runner), limits_(limits) {}

  void Serve() {
    while (true) {
      pollfd waits[] = {{control_, POLLIN, 0}, {signals_, POLLIN, 0}};
      static_cast<void>(::poll(waits, 2, KillTheDeaf()));
      if (waits[1].revents != 0) Reap();
      if (waits[0].revents != 0 && !Obey()) return;
    }
  }

 private:
  bool Obey() {
    int task = -1;
    const Result<std::optional<ZygoteMessage>> message = ReceiveControl(control_, &task);
    if (!message.ok()) return false;
    if (!message->has_value()) return true;
    if ((*message)->op == 'S' && task >= 0) Fork((*message)->fence, task);
    if ((*message)->op == 'K') {
      const auto found = children_.find((*message)->fence);
      if (found != children_.end()) Interrupt(found->first, found->second);
    }
    if (task >= 0) ::close(task);
    return true;
  }

  void Interrupt(uint64_t fence, pid_t pid) {
    ::kill(pid, SIGUSR1);
    doomed_.emplace(fence, clock_.MonotonicMicros() + kGraceMicros);
  }

  /// Kills who did not end in time after its interrupt. Milliseconds until the next; -1 for none.
  int KillTheDeaf() {
    const int64_t now = clock_.MonotonicMicros();
    int64_t wait = -1;
    for (auto doomed = doomed_.begin(); doomed != doomed_.end();) {
      const auto child = children_.find(doomed->first);
      if (child == children_.end()) {
        doomed = doomed_.erase(doomed);
        continue;
      }
      if (doomed->second <= now) ::kill(child->second, SIGKILL);
      const int64_t left = std::max<int64_t>(doomed->second - now, kMicrosPerMilli);
      wait = wait < 0 ? left : std::min(wait, left);
      ++doomed;
    }
    return wait < 0 ? -1 : static_cast<int>(wait / kMicrosPerMilli) + 1;
  }

  void Fork(uint64_t fence, int task) {
    const int self = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
      DieWith(self);
      ::close(control_);
      ::close(signals_);
      sigset_t none;
      ::sigemptyset(&none);
      ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
      struct sigaction interrupt {};
      interrupt.sa_handler = &OnInterrupt;
      interrupt.sa_flags = SA_RESTART;
      ::sigaction(SIGUSR1, &interrupt, nullptr);
      RunTask(task, runner_, limits_);
    }
    if (pid < 0) return Tell({'E', fence, -1});
    children_[fence] = pid;
    Tell({'P', fence, pid});
  }

  void Reap() {
    signalfd_siginfo ignored{};
    while (::read(signals_, &ignored, sizeof ignored) > 0) {
    }
    for (auto child = children_.begin(); child != children_.end();) {
      int status = 0;
      if (::waitpid(child->second, &status, WNOHANG) != child->second) {
        ++child;
        continue;
      }
      Tell({'E', child->first, status});
      child = children_.erase(child);
    }
  }

  // A lost agent is noticed at the next read.
  void Tell(const ZygoteMessage& message) const {
    static_cast<void>(SendControl(control_, message));
  }

  int control_;
  int signals_;
  const TaskRunner& runner_;
  const TaskLimits& limits_;
  SystemClock clock_;
  std::map<uint64_t, pid_t> children_;
  std::map<uint64_t, int64_t> doomed_;  ///< interrupted: when to kill, in monotonic micros
};

}  // namespace

void RunZygote(int control, const ZygoteWork& work, int parent) {
  DieWith(parent);
  if (!HardenProcess().ok()) ::_exit(1);
  static_cast<void>(::signal(SIGINT, SIG_IGN));
  static_cast<void>(::signal(SIGTERM, SIG_IGN));
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(nothing, 1) < 0) ::_exit(1);
  sigset_t children;
  ::sigemptyset(&children);
  ::sigaddset(&children, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &children, nullptr);
  const int signals = ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) ::_exit(1);
  if (work.prepare) work.prepare();
  Zygote(control, signals, work.runner, work.limits).Serve();
  ::_exit(0);  // its children die with it
}

}  // namespace signet::workers
