#include "coordinator/cli/live_tree.h"

#include <algorithm>
#include <string>

#include "coordinator/cli/padding.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr double kMicros = 1e6;

const char* Symbol(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "●";
    case RunState::kSucceeded:
      return "✔";
    case RunState::kFailed:
    case RunState::kCancelled:
      return "✖";
    case RunState::kWaiting:
    case RunState::kSkipped:
      break;
  }
  return "○";
}

const char* Colour(RunState state) {
  switch (state) {
    case RunState::kSucceeded:
      return "\x1b[32m";
    case RunState::kFailed:
    case RunState::kCancelled:
      return "\x1b[31m";
    case RunState::kRunning:
      return "\x1b[36m";
    case RunState::kWaiting:
    case RunState::kSkipped:
      return "\x1b[2m";
  }
  return "";
}

std::string Duration(const StepView& step) {
  if (step.started.micros == 0 || step.finished.micros == 0) return "";
  return FixedText(static_cast<double>(step.finished.micros - step.started.micros) / kMicros, 1) +
         " s";
}

}  // namespace

std::string LiveTree::StepLine(const StepView& step, size_t name_width) {
  std::string line = std::string(Symbol(step.state)) + " " +
                     PaddedRight(step.id.text(), name_width) + "  " +
                     PaddedRight(std::to_string(step.done) + "/" + std::to_string(step.total), 7) +
                     "  " + PaddedRight(Duration(step), 8);
  if (step.rows > 0) line += "  " + WithThousands(step.rows) + " rows";
  if (step.state == RunState::kRunning && step.progress > 0) {
    line += "  " + FixedText(step.progress * 100, 0) + " %";
  }
  if (!step.message.empty() && step.state != RunState::kWaiting) line += "  " + step.message;
  return line;
}

std::string LiveTree::Draw(const RunView& view) {
  size_t width = 0;
  for (const StepView& step : view.steps) width = std::max(width, step.id.text().size());
  std::string out;
  if (!terminal_) {
    for (const StepView& step : view.steps) {
      if (!IsTerminal(step.state) || !told_.insert(step.id.text()).second) continue;
      out += StepLine(step, width) + "\n";
    }
    return out;
  }
  if (drawn_lines_ != 0) out += "\x1b[" + std::to_string(drawn_lines_) + "A";
  for (const StepView& step : view.steps) {
    out += "\x1b[2K" + std::string(Colour(step.state)) + StepLine(step, width) + "\x1b[0m\n";
  }
  drawn_lines_ = view.steps.size();
  return out;
}

}  // namespace signet::coordinator
