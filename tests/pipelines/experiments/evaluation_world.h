/// A generated experiment of shares, for tests of read-outs and decisions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipelines/experiments/evaluation.h"

namespace signet::pipelines {

/// A generated experiment: arms, one or more metrics, segments.
struct EvaluationWorld {
  EvaluationDesign design;
  UnitCounts units;
  std::vector<MetricDesign> metrics;
  std::vector<MetricSums> sums;
  std::vector<std::string> segments;

  explicit EvaluationWorld(std::vector<std::string> arms, size_t cells = 1) {
    design.control = arms[0];
    units.arms = std::move(arms);
    units.assigned.assign(units.arms.size(), 0);
    for (size_t s = 0; cells > 1 && s < cells; ++s) segments.push_back("s" + std::to_string(s));
    cells_ = cells;
  }
  MetricSums& Metric(const std::string& name, MetricKind kind) {
    MetricDesign metric;
    metric.name = name;
    metric.kind = kind;
    metrics.push_back(metric);
    MetricSums fresh;
    fresh.segments.assign(cells_, std::vector<MomentSums>(units.arms.size()));
    fresh.missing.assign(units.arms.size(), 0);
    sums.push_back(fresh);
    return sums.back();
  }
  Result<Evaluation> Run() {
    for (size_t a = 0; a < units.arms.size(); ++a) units.assigned[a] = sums[0].Whole(a).units;
    units.analysed = units.assigned;
    return Evaluate(design, units, metrics, sums, segments);
  }

 private:
  size_t cells_ = 1;
};

inline void Shares(MetricSums& sums, size_t arm, int hits, int units, size_t cell = 0) {
  for (int i = 0; i < units; ++i) sums.segments[cell][arm].Add(i < hits ? 1 : 0);
}

}  // namespace signet::pipelines
