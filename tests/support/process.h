/// Runs a program as a subprocess: arguments, input, environment; output, exit code, signals.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace signet::testing_support {

/// How to start a program.
struct ProcessOptions {
  std::vector<std::string> arguments;
  std::string input;                               ///< standard input, at most 60 KiB
  std::map<std::string, std::string> environment;  ///< added to this process' own
  std::filesystem::path folder;                    ///< working folder; empty = this process' own
  std::optional<uid_t> user;                       ///< become this user first (needs root)
};

/// What an ended program left.
struct ProcessResult {
  int exit_code = -1;      ///< of a program that exited by itself
  int signal = 0;          ///< that ended it, else 0
  bool timed_out = false;  ///< it was killed by Wait's deadline
  std::string out;
  std::string err;
};

/// A running program. Belongs to one thread; killed (SIGKILL) and reaped by the destructor.
class Process {
 public:
  using Seconds = std::chrono::seconds;

  /// Null when the program cannot be started (then errno tells why).
  static std::unique_ptr<Process> Start(const std::filesystem::path& program,
                                        const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::string& out() const { return result_.out; }
  [[nodiscard]] const std::string& err() const { return result_.err; }

  /// Collects output until `holds` (asked after each piece of output and at least every 20 ms).
  /// False when the program ended or the deadline passed first.
  bool WaitUntil(const std::function<bool()>& holds, Seconds deadline);
  void Signal(int signal) const;
  /// Collects the rest of the output and the exit; kills the program at the deadline.
  ProcessResult Wait(Seconds deadline);

 private:
  Process() = default;
  /// Reads what there is, waiting at most `milliseconds`. False once both ends are closed.
  bool Collect(int milliseconds);
  void Reap();

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  ProcessResult result_;
  bool reaped_ = false;
};

/// Start and Wait in one.
ProcessResult RunProcess(const std::filesystem::path& program,
                         const ProcessOptions& options,
                         Process::Seconds deadline);

/// Direct children of `parent` whose program file is called `name` (from /proc).
std::vector<pid_t> ChildrenOf(pid_t parent, std::string_view name);

}  // namespace signet::testing_support
