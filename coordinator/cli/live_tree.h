/// LiveTree: a run as people watch it: one line a step, redrawn on a terminal, else line by line.
#pragma once

#include <set>
#include <string>

#include "coordinator/scheduler/run_spec.h"

namespace signet::coordinator {

/// "✔ gate.orders   8/8   1.2 s   4,812,003 rows". Belongs to one thread.
class LiveTree {
 public:
  explicit LiveTree(bool terminal) : terminal_(terminal) {}

  /// What to print now; on a terminal it begins by moving over the lines of the last call.
  std::string Draw(const RunView& view);

  /// One step's line, without colour.
  static std::string StepLine(const StepView& step, size_t name_width);

 private:
  bool terminal_;
  size_t drawn_lines_ = 0;
  std::set<std::string> told_;
};

}  // namespace signet::coordinator
