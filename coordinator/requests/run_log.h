/// RunLog: what happened in a run, line by line, in a file that cannot grow without end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "coordinator/dispatch/coordinator.h"
#include "coordinator/scheduler/happening.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// A part of a log, and where the next part begins.
struct LogPart {
  Json lines;        ///< a list of {at, step, task, what, level, worker, detail}
  int64_t next = 0;  ///< byte offset behind the last line
};

/// One JSON object a line. After kBytesMax one last line says so, and the rest is dropped: a task
/// that fails a million times fills no disk. What tasks say themselves (`what` is "log") ends at
/// kSaidBytesMax already, so that there is room for what happens to them. Belongs to one thread.
class RunLog {
 public:
  static constexpr int64_t kBytesMax = int64_t{8} << 20U;
  static constexpr int64_t kSaidBytesMax = kBytesMax / 2;
  static constexpr int64_t kPartBytesMax = int64_t{256} << 10U;

  explicit RunLog(std::filesystem::path file) : file_(std::move(file)) {}
  /// Appends. What cannot be written (full disk) is dropped: a log is no reason to stop a run.
  void Write(const Happening& happening) const;
  void Write(const TaskSaid& said) const;
  /// At most kPartBytesMax of whole lines from byte `after` on; empty when there is no more.
  [[nodiscard]] Result<LogPart> Read(int64_t after) const;

 private:
  void Append(std::string line, int64_t bytes_max, const std::string& full) const;

  std::filesystem::path file_;
};

}  // namespace signet::coordinator
