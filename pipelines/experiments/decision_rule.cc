#include "pipelines/experiments/decision_rule.h"

#include <cmath>
#include <string>
#include <vector>

#include "pipelines/experiments/evaluation_report.h"

namespace signet::pipelines {
namespace {

using Case = EvaluationCase;

bool HarmsGuardrail(const Case& c, const ReadOutLine& line) {
  const MetricDesign& m = c.metrics[line.metric];
  if (!m.guardrail) return false;
  const double margin = MarginOf(m, line.told);
  if (margin > 0) return !JudgeNonInferiority(line.told, margin, m.decrease_is_better).shown;
  const bool worse = (line.told.difference.value > 0) == m.decrease_is_better;
  return line.significant && worse;
}

/// Significant, over several treatments by Bonferroni where no other correction was asked for.
bool Wins(const Case& c, const ReadOutLine& line) {
  const double arms =
      c.design.correction == Correction::kNone ? static_cast<double>(c.units.arms.size() - 1) : 1;
  if (c.design.spending && !c.design.information.empty()) {
    const auto looks =
        GroupSequentialBounds(c.design.information, c.alpha() / arms, *c.design.spending);
    return looks.ok() && std::fabs(line.told.statistic) >= looks->back().z;
  }
  return line.adjusted_p * arms < c.alpha();
}

struct Verdict {
  const ReadOutLine* best = nullptr;
  bool worse = false;
  std::string blocked;  ///< the guardrail that held an arm back
};

void JudgePrimary(const Case& c, const Evaluation& out, const ReadOutLine& line, Verdict& verdict) {
  const MetricDesign& m = c.metrics[line.metric];
  const double gain =
      m.decrease_is_better ? -line.told.difference.value : line.told.difference.value;
  const double margin = MarginOf(m, line.told);
  const bool wins = Wins(c, line);
  if (wins && gain < 0) verdict.worse = true;
  const bool good = margin > 0 ? JudgeNonInferiority(line.told, margin, m.decrease_is_better).shown
                               : wins && gain > 0;
  if (!good) return;
  for (const ReadOutLine& other : out.lines) {
    if (other.arm == line.arm && HarmsGuardrail(c, other)) {
      verdict.blocked = c.metrics[other.metric].name;
      return;
    }
  }
  const auto gain_of = [&](const ReadOutLine& l) {
    return m.decrease_is_better ? -l.told.difference.value : l.told.difference.value;
  };
  if (verdict.best == nullptr || gain > gain_of(*verdict.best)) verdict.best = &line;
}

}  // namespace

void DecideExperiment(const EvaluationCase& c, Evaluation& out) {
  const std::string& name = c.metrics[c.primary].name;
  Verdict verdict;
  for (const ReadOutLine& line : out.lines) {
    if (line.metric == c.primary) JudgePrimary(c, out, line, verdict);
  }
  if (verdict.best != nullptr) {
    out.decision = "ship";
    out.winner = verdict.best->told.arm;
    const bool margin = MarginOf(c.metrics[c.primary], verdict.best->told) > 0;
    out.text = "'" + out.winner + "' is " + (margin ? "not worse" : "better") + " than '" +
               c.design.control + "' on '" + name + "'" +
               (margin ? " by more than the margin" : "");
  } else if (!verdict.blocked.empty()) {
    out.decision = "keep_control";
    out.text = "keep '" + c.design.control + "': the guardrail '" + verdict.blocked +
               "' is harmed, or not shown to be safe";
  } else {
    out.decision = verdict.worse ? "keep_control" : "no_difference";
    out.text = verdict.worse
                   ? "keep '" + c.design.control + "': a treatment is worse on '" + name + "'"
                   : "no difference found on '" + name + "'";
  }
}

}  // namespace signet::pipelines
