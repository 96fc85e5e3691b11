#include "tests/support/process.h"

#include <array>
#include <cstdlib>
#include <errno.h>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sstream>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace signet::testing_support {

namespace fs = std::filesystem;

namespace {

constexpr int kTurnMilliseconds = 20;

/// This process' environment with `added` in front of what it replaces.
std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (const auto& [name, value] : added) {
    std::string entry = name;
    entry += '=';
    entry += value;
    all.push_back(std::move(entry));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (added.count(text.substr(0, text.find('='))) == 0) all.push_back(text);
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Appends what is readable; false at the end of the stream (then closed).
bool ReadSome(int& descriptor, std::string& into) {
  std::array<char, 8192> buffer{};
  const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<size_t>(got));
    return true;
  }
  if (got < 0 && errno == EINTR) return true;
  ::close(descriptor);
  descriptor = -1;
  return false;
}

}  // namespace

std::unique_ptr<Process> Process::Start(const fs::path& program, const ProcessOptions& options) {
  int in[2];
  int out[2];
  int err[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    return nullptr;
  }
  std::vector<std::string> arguments{program.string()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = EnvironmentWith(options.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const std::string folder = options.folder.string();
  const pid_t pid = ::fork();
  if (pid == 0) {
    // Only calls that are safe after fork.
    const bool ready = ::dup2(in[0], 0) == 0 && ::dup2(out[1], 1) == 1 && ::dup2(err[1], 2) == 2 &&
                       (folder.empty() || ::chdir(folder.c_str()) == 0) &&
                       (!options.user || ::setuid(*options.user) == 0);
    if (ready) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  // The input fits into an empty pipe (64 KiB), so that this cannot block.
  const bool written =
      options.input.empty() || ::write(in[1], options.input.data(), options.input.size()) ==
                                   static_cast<ssize_t>(options.input.size());
  ::close(in[1]);
  std::unique_ptr<Process> process(new Process());
  process->pid_ = pid;
  process->out_ = out[0];
  process->err_ = err[0];
  if (pid < 0 || !written) return nullptr;
  return process;
}

Process::~Process() {
  if (pid_ > 0 && !reaped_) {
    Signal(SIGKILL);
    Reap();
  }
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

bool Process::Collect(int milliseconds) {
  std::array<pollfd, 2> streams{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (::poll(streams.data(), streams.size(), milliseconds) <= 0) return true;
  if (streams[0].revents != 0) ReadSome(out_, result_.out);
  if (streams[1].revents != 0) ReadSome(err_, result_.err);
  return out_ >= 0 || err_ >= 0;
}

bool Process::WaitUntil(const std::function<bool()>& holds, Seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end || !Collect(kTurnMilliseconds)) return holds();
  }
  return true;
}

void Process::Signal(int signal) const {
  if (pid_ > 0 && !reaped_) ::kill(pid_, signal);
}

void Process::Reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
}

ProcessResult Process::Wait(Seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!reaped_ && Collect(kTurnMilliseconds)) {
    if (std::chrono::steady_clock::now() <= end) continue;
    result_.timed_out = true;
    Signal(SIGKILL);
    break;
  }
  if (!reaped_) Reap();
  return result_;
}

ProcessResult RunProcess(const fs::path& program,
                         const ProcessOptions& options,
                         Process::Seconds deadline) {
  const std::unique_ptr<Process> process = Process::Start(program, options);
  return process == nullptr ? ProcessResult{} : process->Wait(deadline);
}

std::vector<pid_t> ChildrenOf(pid_t parent, std::string_view name) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    std::ifstream file(entry.path() / "stat");
    std::stringstream text;
    text << file.rdbuf();
    // "PID (NAME) STATE PPID ...": the name (cut to 15 bytes) may hold spaces.
    const std::string stat = text.str();
    const size_t open = stat.find('(');
    const size_t close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    if (stat.substr(open + 1, close - open - 1) != name.substr(0, 15)) continue;
    if (std::atoi(stat.c_str() + close + 4) == parent) found.push_back(pid);
  }
  return found;
}

}  // namespace signet::testing_support
