/// The decision that a read-out comes to: which arm wins, and what holds it back.
#pragma once

#include <string>
#include <vector>

#include "pipelines/experiments/evaluation.h"

namespace signet::pipelines {

/// Everything that the steps of an evaluation read.
struct EvaluationCase {
  const EvaluationDesign& design;
  const UnitCounts& units;
  const std::vector<MetricDesign>& metrics;
  const std::vector<MetricSums>& sums;
  const std::vector<std::string>& segment_names;
  size_t control = 0;
  size_t primary = 0;

  [[nodiscard]] double alpha() const { return 1 - design.confidence; }
};

/// Fills decision, winner and text from the lines. An arm wins on the primary metric if it is
/// significantly better (over several treatments by Bonferroni where no other correction was asked
/// for; past its boundary in a group-sequential design; or not worse by its margin), and no
/// guardrail is harmed, or left without proof of safety where a margin was set.
void DecideExperiment(const EvaluationCase& c, Evaluation& out);

}  // namespace signet::pipelines
