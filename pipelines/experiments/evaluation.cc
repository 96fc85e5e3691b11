#include "pipelines/experiments/evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/experiments/decision_rule.h"
#include "pipelines/experiments/evaluation_report.h"

namespace signet::pipelines {
namespace {

constexpr size_t kArmsMax = 20;
constexpr size_t kSegmentsMax = 500;
constexpr double kSuspicious = 0.001;  ///< p of a side check below which it is told
constexpr double kRatioDoubtful = 0.01;
constexpr double kEventsMin = 5;  ///< successes and failures a normal interval wants per arm

using Case = EvaluationCase;

Status CheckArms(const EvaluationDesign& design, const UnitCounts& units) {
  const size_t arms = units.arms.size();
  if (arms < 2 || arms > kArmsMax) {
    return Invalid(std::to_string(arms) + (arms == 1 ? " arm" : " arms") +
                   " found; between 2 and 20 can be read")
        .WithRemedy("check the arm column: it must name the variant of each unit");
  }
  const auto known = [&](const std::string& name) {
    return std::find(units.arms.begin(), units.arms.end(), name) != units.arms.end();
  };
  const std::string there = "the arms are: " + Join(units.arms, ", ");
  if (!known(design.control)) {
    return Invalid("no unit is in the control arm '" + design.control + "'").WithRemedy(there);
  }
  for (const auto& [name, share] : design.expected) {
    if (!known(name)) {
      return Invalid("no unit is in the expected arm '" + name + "'").WithRemedy(there);
    }
  }
  for (size_t a = 0; a < arms; ++a) {
    if (!design.expected.empty() && design.expected.count(units.arms[a]) == 0) {
      return Invalid("the expected shares lack the arm '" + units.arms[a] + "'");
    }
    if (units.analysed[a] < 2) {
      return Invalid("arm '" + units.arms[a] + "' has fewer than two units to read out");
    }
  }
  return OkStatus();
}

Status CheckRatios(const EvaluationDesign& design, const UnitCounts& units, Evaluation& out) {
  std::vector<double> shares;
  for (const std::string& arm : units.arms) {
    const auto share = design.expected.find(arm);
    shares.push_back(share == design.expected.end() ? 1 : share->second);
  }
  ASSIGN_OR_RETURN(out.assigned_ratio, CheckSampleRatio(units.assigned, shares));
  ASSIGN_OR_RETURN(out.analysed_ratio, CheckSampleRatio(units.analysed, shares));
  const double worst = std::min(out.assigned_ratio.p_value, out.analysed_ratio.p_value);
  out.stopped = worst < design.srm_alpha;
  if (out.stopped || worst >= kRatioDoubtful) return OkStatus();
  out.warnings.emplace_back(
      worst < kSuspicious ? "sample-ratio mismatch: the arms are not as planned, so that no "
                            "figure below can be trusted"
                          : "the sample ratio is doubtful (p < 0.01): look for lost units before "
                            "trusting the figures");
  return OkStatus();
}

Comparison WholeComparison(const Case& c, size_t metric, size_t arm) {
  const MetricDesign& m = c.metrics[metric];
  const MetricSums& sums = c.sums[metric];
  if (m.kind == MetricKind::kQuantile) {
    if (sums.values[arm].units() == 0 || sums.values[c.control].units() == 0) {
      return UntestedComparison("an arm has no outcome");
    }
    return CompareQuantiles(
        sums.values[arm], sums.values[c.control], m.quantile, c.design.confidence, c.design.seed);
  }
  const Moments treatment = sums.Whole(arm);
  const Moments control = sums.Whole(c.control);
  if (treatment.units == 0 || control.units == 0) {
    return UntestedComparison("an arm has no outcome");
  }
  return Compare(m.kind, treatment, control, c.design.confidence);
}

Comparison ToldComparison(const Case& c, size_t metric, size_t arm, const Comparison& plain) {
  const MetricDesign& m = c.metrics[metric];
  const MetricSums& sums = c.sums[metric];
  if (m.kind == MetricKind::kQuantile || std::isnan(plain.value)) return plain;
  if (m.adjusted) {
    return CompareAdjusted(m.kind, sums.Whole(arm), sums.Whole(c.control), c.design.confidence);
  }
  if (sums.strata.empty()) return plain;
  std::vector<ArmPair> strata;
  for (const std::vector<MomentSums>& stratum : sums.strata) {
    strata.push_back({stratum[arm].Finish(), stratum[c.control].Finish()});
  }
  return CompareStratified(m.kind, strata, c.design.confidence);
}

/// The p-value that the design goes by.
double DecidingP(const Case& c, const ReadOutLine& line) {
  const Comparison& comparison = line.told;
  if (!c.design.sequential) return comparison.p_value;
  // Nothing always valid is known of a quantile here: it cannot decide early.
  if (c.metrics[line.metric].kind == MetricKind::kQuantile) return 1;
  return SequentialInterval(comparison, c.design.confidence, c.design.tuning_units).p_value;
}

void ReadMetrics(const Case& c, Evaluation& out) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    for (size_t arm = 0; arm < c.units.arms.size(); ++arm) {
      if (arm == c.control) continue;
      ReadOutLine line;
      line.metric = m;
      line.arm = arm;
      line.plain = WholeComparison(c, m, arm);
      line.told = ToldComparison(c, m, arm, line.plain);
      line.plain.arm = line.told.arm = c.units.arms[arm];
      out.lines.push_back(std::move(line));
    }
  }
}

/// Guardrails form no family with the metrics that can win.
void AdjustLines(const Case& c, std::vector<ReadOutLine>& lines) {
  std::vector<double> p_values;
  for (const ReadOutLine& line : lines) {
    if (!c.metrics[line.metric].guardrail) p_values.push_back(DecidingP(c, line));
  }
  const std::vector<double> adjusted = Adjusted(p_values, c.design.correction);
  size_t next = 0;
  for (ReadOutLine& line : lines) {
    line.adjusted_p = c.metrics[line.metric].guardrail ? DecidingP(c, line) : adjusted[next++];
    line.significant = line.adjusted_p < c.alpha();
  }
}

void ReadSegments(const Case& c, Evaluation& out) {
  for (const ReadOutLine& whole : out.lines) {
    const MetricDesign& m = c.metrics[whole.metric];
    const auto& cells = c.sums[whole.metric].segments;
    if (m.kind == MetricKind::kQuantile || cells.size() < 2) continue;
    for (size_t s = 0; s < cells.size(); ++s) {
      const Moments treatment = cells[s][whole.arm].Finish();
      const Moments control = cells[s][c.control].Finish();
      ReadOutLine line;
      line.metric = whole.metric;
      line.arm = whole.arm;
      line.segment = c.segment_names[s];
      const bool readable = treatment.units >= 2 && control.units >= 2;
      line.plain = readable ? Compare(m.kind, treatment, control, c.design.confidence)
                            : UntestedComparison("fewer than two units in an arm");
      if (!readable) {
        line.plain.units = treatment.units;
        line.plain.control_units = control.units;
      }
      line.told = readable && m.adjusted
                      ? CompareAdjusted(m.kind, treatment, control, c.design.confidence)
                      : line.plain;
      line.plain.arm = line.told.arm = whole.told.arm;
      out.segments.push_back(std::move(line));
    }
  }
}

/// Cochran's Q, and whether the segments contradict the whole.
SegmentFinding Heterogeneity(const Case& c,
                             const ReadOutLine& whole,
                             const std::vector<ReadOutLine>& segments) {
  SegmentFinding finding{whole.metric, whole.arm, 0, 0, 1, false};
  double weights = 0;
  double weighted = 0;
  int against = 0;
  int told = 0;
  std::vector<const ReadOutLine*> mine;
  for (const ReadOutLine& line : segments) {
    if (line.metric != whole.metric || line.arm != whole.arm) continue;
    if (!(line.told.standard_error > 0) || !std::isfinite(line.told.difference.low)) continue;
    mine.push_back(&line);
    const double weight = 1 / (line.told.standard_error * line.told.standard_error);
    weights += weight;
    weighted += weight * line.told.difference.value;
    ++told;
    against += line.told.difference.value * whole.told.difference.value < 0 ? 1 : 0;
  }
  if (told < 2) return finding;
  for (const ReadOutLine* line : mine) {
    const double gap = line->told.difference.value - weighted / weights;
    finding.q += gap * gap / (line->told.standard_error * line->told.standard_error);
  }
  finding.degrees = told - 1;
  finding.p_value = ChiSquareP(finding.q, finding.degrees);
  std::vector<ArmPair> strata;
  for (const std::vector<MomentSums>& cell : c.sums[whole.metric].segments) {
    strata.push_back({cell[whole.arm].Finish(), cell[c.control].Finish()});
  }
  const Comparison within =
      CompareStratified(c.metrics[whole.metric].kind, strata, c.design.confidence);
  const bool reversed = within.difference.value * whole.plain.difference.value < 0 &&
                        std::min(within.p_value, whole.plain.p_value) < 0.1;
  finding.simpson = against == told || reversed;
  return finding;
}

void FindHeterogeneity(const Case& c, Evaluation& out) {
  if (out.segments.empty()) return;
  for (const ReadOutLine& whole : out.lines) {
    if (c.metrics[whole.metric].kind == MetricKind::kQuantile) continue;
    SegmentFinding finding = Heterogeneity(c, whole, out.segments);
    if (finding.simpson) {
      out.warnings.push_back("Simpson's paradox on '" + c.metrics[whole.metric].name + "', arm '" +
                             c.units.arms[whole.arm] +
                             "': the whole and the segments point in opposite directions; trust "
                             "the segments");
    }
    out.findings.push_back(finding);
  }
  std::vector<std::vector<double>> mix;
  for (const std::vector<MomentSums>& cell : c.sums.front().segments) {
    std::vector<double> row;
    row.reserve(cell.size());
    for (const MomentSums& arm : cell) row.push_back(static_cast<double>(arm.units()));
    mix.push_back(std::move(row));
  }
  if (CheckIndependence(mix).p_value < kSuspicious) {
    out.warnings.emplace_back(
        "the arms differ in their mix of segments: assignment was not random "
        "over them, or units were lost");
  }
}

void WarnOfData(const Case& c, Evaluation& out) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    const MetricSums& sums = c.sums[m];
    std::vector<double> present;
    present.reserve(c.units.arms.size());
    bool rare = false;
    for (size_t arm = 0; arm < c.units.arms.size(); ++arm) {
      present.push_back(c.units.analysed[arm] - sums.missing[arm]);
      if (c.metrics[m].kind != MetricKind::kProportion) continue;
      const Moments moments = sums.Whole(arm);
      const double events = moments.units * std::min(moments.y, 1 - moments.y);
      rare = rare || events < kEventsMin;
    }
    if (CheckIndependence({sums.missing, present}).p_value < kSuspicious) {
      out.warnings.push_back("'" + c.metrics[m].name +
                             "' is missing more often in one arm than in another: the rest no "
                             "longer compares like with like");
    }
    if (rare) {
      out.warnings.push_back("'" + c.metrics[m].name +
                             "' has fewer than 5 events in an arm: its normal interval is too "
                             "narrow");
    }
  }
  const size_t tests = out.lines.size();
  if (tests > 1 && c.design.correction == Correction::kNone) {
    out.warnings.push_back(std::to_string(tests) +
                           " comparisons without correction: expect false alarms (correction holm "
                           "or bh)");
  }
}

}  // namespace

void MetricSums::Merge(const MetricSums& other) {
  const auto merge = [](auto& mine, const auto& theirs) {
    CHECK(mine.size() == theirs.size());
    for (size_t g = 0; g < mine.size(); ++g) {
      for (size_t a = 0; a < mine[g].size(); ++a) mine[g][a].Merge(theirs[g][a]);
    }
  };
  merge(segments, other.segments);
  merge(strata, other.strata);
  CHECK(values.size() == other.values.size() && missing.size() == other.missing.size());
  for (size_t a = 0; a < values.size(); ++a) values[a].Merge(other.values[a]);
  for (size_t a = 0; a < missing.size(); ++a) missing[a] += other.missing[a];
}

Moments MetricSums::Whole(size_t arm) const {
  MomentSums whole;
  for (const std::vector<MomentSums>& cell : segments) whole.Merge(cell[arm]);
  return whole.Finish();
}

Result<Evaluation> Evaluate(const EvaluationDesign& design,
                            const UnitCounts& units,
                            const std::vector<MetricDesign>& metrics,
                            const std::vector<MetricSums>& sums,
                            const std::vector<std::string>& segment_names) {
  CHECK(metrics.size() == sums.size() && !metrics.empty());
  TRY(CheckArms(design, units));
  if (segment_names.size() > kSegmentsMax) {
    return Invalid(std::to_string(segment_names.size()) + " segments; at most 500 can be read")
        .WithRemedy("group the segment column's values first");
  }
  Case c{design, units, metrics, sums, segment_names};
  c.control = static_cast<size_t>(std::find(units.arms.begin(), units.arms.end(), design.control) -
                                  units.arms.begin());
  for (size_t m = 0; m < metrics.size() && !design.primary.empty(); ++m) {
    if (metrics[m].name == design.primary) c.primary = m;
  }
  if (design.spending) {
    TRY(GroupSequentialBounds(design.information, 1 - design.confidence, *design.spending)
            .status());
  }
  Evaluation out;
  TRY(CheckRatios(design, units, out));
  if (out.stopped) {
    out.decision = "stopped";
    out.text = StoppedText(std::min(out.assigned_ratio.p_value, out.analysed_ratio.p_value));
  } else {
    ReadMetrics(c, out);
    AdjustLines(c, out.lines);
    ReadSegments(c, out);
    AdjustLines(c, out.segments);
    FindHeterogeneity(c, out);
    WarnOfData(c, out);
    DecideExperiment(c, out);
  }
  out.figures = EvaluationFigures(design, units, metrics, sums, c.control, out);
  return out;
}

}  // namespace signet::pipelines
