#include "pipelines/experiments/evaluation_report.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/experiments/bayes.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kDigits = 12;

Json Figure(double value) {
  return Rounded(value, kDigits);
}

Json EstimateFigures(const Estimate& e) {
  return Json::Of({{"value", Figure(e.value)}, {"low", Figure(e.low)}, {"high", Figure(e.high)}});
}

Json ComparisonFigures(MetricKind kind, const Comparison& c) {
  const char* test = kind == MetricKind::kQuantile ? "bootstrap" : c.degrees > 0 ? "welch_t" : "z";
  Json json = Json::Of({{"units", Figure(c.units)},
                        {"control_units", Figure(c.control_units)},
                        {"value", Figure(c.value)},
                        {"control", Figure(c.control_value)},
                        {"difference", EstimateFigures(c.difference)},
                        {"relative", EstimateFigures(c.relative)},
                        {"standard_error", Figure(c.standard_error)},
                        {"test", test},
                        {"statistic", Figure(c.statistic)},
                        {"p_value", Figure(c.p_value)}});
  if (c.degrees > 0) json.Set("degrees", Figure(c.degrees));
  if (!c.problem.empty()) json.Set("problem", c.problem);
  return json;
}

Json SequentialFigures(const EvaluationDesign& design, const Comparison& c) {
  const AlwaysValid valid = SequentialInterval(c, design.confidence, design.tuning_units);
  Json json = Json::Of({{"method", "mixture (mSPRT)"},
                        {"tuning_units", Figure(design.tuning_units)},
                        {"difference", EstimateFigures(valid.difference)},
                        {"p_value", Figure(valid.p_value)},
                        {"significant", valid.p_value < 1 - design.confidence}});
  if (std::isnan(valid.difference.low)) {
    json.Set("problem", "an always-valid interval needs 100 units and variation in each arm");
  }
  return json;
}

Json GroupSequentialFigures(const EvaluationDesign& design, const Comparison& c) {
  Json json =
      Json::Of({{"spending", *design.spending == Spending::kPocock ? "pocock" : "obrien-fleming"}});
  const auto looks =
      GroupSequentialBounds(design.information, 1 - design.confidence, *design.spending);
  if (!looks.ok()) return json;
  for (const SequentialLook& look : *looks) {
    json.Field("looks").Push(Json::Of({{"information", Figure(look.information)},
                                       {"spent", Figure(look.spent)},
                                       {"z", Figure(look.z)}}));
  }
  json.Set("crossed", std::fabs(c.statistic) >= looks->back().z);
  return json;
}

Json BayesFigures(const EvaluationDesign& design,
                  const MetricDesign& metric,
                  const Comparison& told,
                  const Moments& treatment,
                  const Moments& control) {
  const bool shares = metric.kind == MetricKind::kProportion && told.variance_removed == 0;
  if (!shares && !(told.standard_error > 0)) {
    return Json::Of({{"problem", "no variation, so no posterior"}});
  }
  const Posterior p = shares ? CompareBetas(BetaShare::Of(treatment),
                                            BetaShare::Of(control),
                                            design.confidence,
                                            metric.decrease_is_better)
                             : CompareNormals(told.difference.value,
                                              told.standard_error,
                                              design.prior_sd,
                                              design.confidence,
                                              metric.decrease_is_better);
  return Json::Of({{"model", shares ? "beta-binomial, prior Beta(1, 1)" : "normal"},
                   {"chance_to_win", Figure(p.chance_to_win)},
                   {"expected_loss", Figure(p.expected_loss)},
                   {"difference", EstimateFigures(p.difference)}});
}

/// P(best of all arms), by the arms' own means.
Json BestFigures(const MetricDesign& metric, const MetricSums& sums, const UnitCounts& units) {
  if (metric.kind == MetricKind::kQuantile || metric.kind == MetricKind::kRatio) return {};
  std::vector<double> means;
  std::vector<double> errors;
  for (size_t arm = 0; arm < units.arms.size(); ++arm) {
    const Moments m = sums.Whole(arm);
    const double spread = metric.kind == MetricKind::kProportion ? m.y * (1 - m.y) : m.yy;
    if (!(m.units > 1) || !(spread > 0)) return {};
    means.push_back(m.y);
    errors.push_back(std::sqrt(spread / m.units));
  }
  Json json;
  const std::vector<double> chances = ChancesToBeBest(means, errors, metric.decrease_is_better);
  for (size_t arm = 0; arm < chances.size(); ++arm) json.Set(units.arms[arm], Figure(chances[arm]));
  return json;
}

Json LineFigures(const EvaluationDesign& design,
                 const MetricDesign& metric,
                 const MetricSums& sums,
                 size_t control,
                 const ReadOutLine& line) {
  Json json = ComparisonFigures(metric.kind, line.told);
  json.Set("metric", metric.name);
  json.Set("kind", MetricKindName(metric.kind));
  if (!metric.definition.empty()) json.Set("definition", metric.definition);
  json.Set("arm", line.told.arm);
  json.Set("better", metric.decrease_is_better ? "lower" : "higher");
  json.Set("adjusted_p_value", Figure(line.adjusted_p));
  json.Set("significant", line.significant);
  json.Set("judged_by", design.sequential ? "always-valid p" : "p");
  if (!line.segment.empty()) json.Set("segment", line.segment);
  if (metric.kind == MetricKind::kQuantile) json.Set("quantile", Figure(metric.quantile));
  if (metric.adjusted || !sums.strata.empty()) {
    json.Set(metric.adjusted ? "cuped" : "post_stratified", true);
    json.Set("variance_removed", Figure(line.told.variance_removed));
    json.Set("unadjusted", ComparisonFigures(metric.kind, line.plain));
  }
  if (design.sequential && metric.kind != MetricKind::kQuantile) {
    json.Set("sequential", SequentialFigures(design, line.told));
  }
  if (!line.segment.empty() || std::isnan(line.told.value)) return json;
  json.Set("missing", Figure(sums.missing[line.arm]));
  json.Set("control_missing", Figure(sums.missing[control]));
  if (design.spending) json.Set("group_sequential", GroupSequentialFigures(design, line.told));
  if (design.bayes && metric.kind != MetricKind::kQuantile) {
    json.Set("bayes",
             BayesFigures(design, metric, line.told, sums.Whole(line.arm), sums.Whole(control)));
  }
  const double margin = MarginOf(metric, line.told);
  if (margin > 0) {
    const NonInferiority n = JudgeNonInferiority(line.told, margin, metric.decrease_is_better);
    json.Set("non_inferiority",
             Json::Of({{"margin", Figure(n.margin)},
                       {"p_value", Figure(n.p_value)},
                       {"shown", n.shown},
                       {"harmed", n.harmed}}));
  }
  if (metric.guardrail) json.Set("guardrail", true);
  return json;
}

Json RatioFigures(const SampleRatio& ratio, double alpha) {
  return Json::Of({{"chi_square", Figure(ratio.chi_square)},
                   {"degrees", Figure(ratio.degrees)},
                   {"p_value", Figure(ratio.p_value)},
                   {"alpha", Figure(alpha)},
                   {"verdict",
                    ratio.p_value < alpha  ? "mismatch"
                    : ratio.p_value < 0.01 ? "doubtful"
                                           : "as planned"}});
}

Json ArmFigures(const EvaluationDesign& design, const UnitCounts& units) {
  double total = 0;
  double expected = 0;
  for (const double n : units.analysed) total += n;
  for (const auto& entry : design.expected) expected += entry.second;
  Json json;
  for (size_t a = 0; a < units.arms.size(); ++a) {
    const auto share = design.expected.find(units.arms[a]);
    const double planned = share == design.expected.end()
                               ? 1 / static_cast<double>(units.arms.size())
                               : share->second / expected;
    json.Set(units.arms[a],
             Json::Of({{"assigned", Figure(units.assigned[a])},
                       {"analysed", Figure(units.analysed[a])},
                       {"share", Figure(units.analysed[a] / total)},
                       {"expected_share", Figure(planned)}}));
  }
  return json;
}

}  // namespace

Comparison UntestedComparison(std::string problem) {
  Comparison c;
  c.value = c.control_value = c.statistic = c.p_value = c.standard_error = kNone;
  c.difference = c.relative = {kNone, kNone, kNone};
  c.problem = std::move(problem);
  return c;
}

double MarginOf(const MetricDesign& metric, const Comparison& comparison) {
  if (metric.margin > 0) return metric.margin;
  const double share = metric.margin_share * std::fabs(comparison.control_value);
  return std::isfinite(share) ? share : 0;
}

double ChiSquareP(double q, double degrees) {
  return ChiSquareSurvival(q, degrees);
}

std::string StoppedText(double p_value) {
  return "sample-ratio mismatch (p = " + Json(Rounded(p_value, 3)).Dump() +
         "): the arms are not as planned, so the read-out stops here; find out where units are "
         "lost before running again";
}

Json EvaluationFigures(const EvaluationDesign& design,
                       const UnitCounts& units,
                       const std::vector<MetricDesign>& metrics,
                       const std::vector<MetricSums>& sums,
                       size_t control,
                       const Evaluation& e) {
  Json json = Json::Of({{"control", design.control},
                        {"confidence", Figure(design.confidence)},
                        {"correction", CorrectionName(design.correction)},
                        {"primary", design.primary.empty() ? metrics[0].name : design.primary},
                        {"in_several_arms", units.in_several_arms},
                        {"sample_ratio", RatioFigures(e.analysed_ratio, design.srm_alpha)},
                        {"arms", ArmFigures(design, units)},
                        {"decision", e.decision},
                        {"text", e.text},
                        {"warnings", Json::Strings(e.warnings)},
                        {"metrics", Json(Json::Array())}});
  if (units.assigned != units.analysed) {
    json.Set("assigned_ratio", RatioFigures(e.assigned_ratio, design.srm_alpha));
  }
  if (!e.winner.empty()) json.Set("arm", e.winner);
  for (const ReadOutLine& line : e.lines) {
    json.Field("metrics").Push(
        LineFigures(design, metrics[line.metric], sums[line.metric], control, line));
  }
  for (const ReadOutLine& line : e.segments) {
    json.Field("segments")
        .Push(LineFigures(design, metrics[line.metric], sums[line.metric], control, line));
  }
  for (const SegmentFinding& f : e.findings) {
    json.Field("heterogeneity")
        .Push(Json::Of({{"metric", metrics[f.metric].name},
                        {"arm", units.arms[f.arm]},
                        {"q", Figure(f.q)},
                        {"degrees", Figure(f.degrees)},
                        {"p_value", Figure(f.p_value)},
                        {"simpson", f.simpson}}));
  }
  for (size_t m = 0; m < metrics.size() && design.bayes && !e.stopped; ++m) {
    Json best = BestFigures(metrics[m], sums[m], units);
    if (!best.is_null()) json.Field("chance_to_be_best").Set(metrics[m].name, std::move(best));
  }
  return json;
}

}  // namespace signet::pipelines
