#include "pipelines/models/drift.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/calibration.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/divergence.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/ranking.h"
#include "pipelines/models/outcome.h"

namespace signet::pipelines {
namespace {

constexpr double kRareShare = 0.005;
constexpr double kConfidence = 0.95;
constexpr double kChanceMax = 0.01;
constexpr int kCalibrationBins = 10;
constexpr const char* kNormalisation =
    "PSI = sum (a - e) ln(a / e), natural logarithm, over bins that are quantiles of the "
    "reference (categories: their values, those below 0.5 % together, new values apart), missing "
    "values a bin of their own, shares floored at 1e-4; psi_noise is exceeded in 1 of 100 "
    "comparisons without drift. KS over the values present.";

/// Rows by bin on both sides.
struct Bins {
  std::vector<uint64_t> reference, current;
};

bool Absent(const TableColumn& column, size_t row) {
  return column.IsMissing(row) ||
         (column.kind != TableKind::kCategory && !std::isfinite(column.numbers[row]));
}

std::vector<double> Present(const TableColumn& column) {
  std::vector<double> values;
  for (size_t i = 0; i < column.rows(); ++i) {
    if (!Absent(column, i)) values.push_back(column.numbers[i]);
  }
  return values;
}

Bins NumberBins(const TableColumn& reference, const TableColumn& current, int bins) {
  const std::vector<double> edges = QuantileEdges(Present(reference), bins);
  const auto count = [&edges](const TableColumn& column) {
    std::vector<uint64_t> counts(edges.size() + 2, 0);
    for (size_t i = 0; i < column.rows(); ++i) {
      const size_t bin = Absent(column, i)
                             ? counts.size() - 1
                             : static_cast<size_t>(
                                   std::upper_bound(edges.begin(), edges.end(), column.numbers[i]) -
                                   edges.begin());
      ++counts[bin];
    }
    return counts;
  };
  return {count(reference), count(current)};
}

/// Values above the rare share have a bin; then rare, new and missing.
Bins CategoryBins(const TableColumn& reference, const TableColumn& current) {
  std::map<std::string, uint64_t> counts;
  for (size_t i = 0; i < reference.rows(); ++i) {
    if (!Absent(reference, i)) ++counts[reference.TextOf(i)];
  }
  std::map<std::string, size_t> bin_of;
  size_t next = 3;
  for (const auto& [value, count] : counts) {
    const bool rare =
        static_cast<double>(count) < kRareShare * static_cast<double>(reference.rows());
    bin_of[value] = rare ? 0 : next++;
  }
  const auto count = [&bin_of, next](const TableColumn& column) {
    std::vector<uint64_t> bins(next, 0);
    for (size_t i = 0; i < column.rows(); ++i) {
      if (Absent(column, i)) {
        ++bins[2];
        continue;
      }
      const auto found = bin_of.find(column.TextOf(i));
      ++bins[found == bin_of.end() ? 1 : found->second];
    }
    return bins;
  };
  return {count(reference), count(current)};
}

double MissingShare(const TableColumn& column) {
  size_t missing = 0;
  for (size_t i = 0; i < column.rows(); ++i) {
    if (Absent(column, i)) ++missing;
  }
  return static_cast<double>(missing) / static_cast<double>(std::max<size_t>(1, column.rows()));
}

struct ColumnDrift {
  std::string verdict;
  double psi = 0;
  Json json;
};

ColumnDrift CompareColumns(const TableColumn& reference,
                           const TableColumn& current,
                           const DriftOptions& options) {
  // A column that is text on one side is compared as text.
  const bool text = reference.kind == TableKind::kCategory || current.kind == TableKind::kCategory;
  const auto as_text = [](const TableColumn& column) {
    return column.kind == TableKind::kCategory ? column : CategoryOfNumbers(column);
  };
  const Bins bins = text ? CategoryBins(as_text(reference), as_text(current))
                         : NumberBins(reference, current, options.bins);
  const Stability stability = PopulationStability(bins.reference, bins.current);
  ColumnDrift drift;
  drift.psi = stability.psi;
  const bool chance = stability.chance > kChanceMax;
  drift.verdict = chance || stability.psi < options.rules.psi_warn ? "stable"
                  : stability.psi < options.rules.psi_major        ? "moderate"
                                                                   : "major";
  drift.json = Json::Of({{"column", reference.name},
                         {"kind", TableKindName(text ? TableKind::kCategory : reference.kind)},
                         {"psi", Rounded(stability.psi)},
                         {"psi_noise", Rounded(stability.noise, 4)},
                         {"psi_chance", Rounded(stability.chance, 4)},
                         {"missing_reference", Rounded(MissingShare(reference), 4)},
                         {"missing_current", Rounded(MissingShare(current), 4)},
                         {"verdict", drift.verdict}});
  if (text) {
    const double share = static_cast<double>(bins.current[1]) /
                         static_cast<double>(std::max<size_t>(1, current.rows()));
    drift.json.Set("new_values_share", Rounded(share, 4));
  } else {
    const KolmogorovSmirnov ks = CompareDistributions(Present(reference), Present(current));
    drift.json.Set("ks", Rounded(ks.distance));
    drift.json.Set("ks_p", Rounded(ks.p, 4));
  }
  return drift;
}

/// A score's quality on one side.
struct Performance {
  Estimate auc;
  double error = 0;  ///< of the AUC
  Json json;
};

Result<Performance> PerformanceOf(const TableColumn& score,
                                  const TableColumn& label,
                                  const std::string& positive) {
  ASSIGN_OR_RETURN(const Outcome outcome, ClassOutcome(label, positive));
  std::vector<double> scores;
  std::vector<uint8_t> classes;
  for (size_t i = 0; i < score.rows(); ++i) {
    if (outcome.known[i] == 0 || Absent(score, i)) continue;
    scores.push_back(score.numbers[i]);
    classes.push_back(outcome.values[i] > 0 ? 1 : 0);
  }
  Performance performance;
  ASSIGN_OR_RETURN(performance.auc, Auc(scores, classes, kConfidence));
  performance.error =
      (performance.auc.high - performance.auc.low) / (2 * NormalQuantile(0.5 + kConfidence / 2));
  const bool probabilities =
      std::all_of(scores.begin(), scores.end(), [](double s) { return s >= 0 && s <= 1; });
  performance.json = Json::Of({{"rows", scores.size()}, {"auc", performance.auc.ToJson()}});
  if (probabilities) {
    performance.json.Set("log_loss", LogLoss(scores, classes, kConfidence).ToJson());
    performance.json.Set("brier", Brier(scores, classes, kConfidence).ToJson());
    performance.json.Set(
        "calibration_error",
        CalibrationError(scores, classes, kCalibrationBins, kConfidence, 1).ToJson());
  }
  return performance;
}

/// Adds "performance" and a reason to retrain if quality fell.
Status AddPerformance(const Table& reference,
                      const Table& current,
                      const DriftOptions& options,
                      Json& report,
                      std::vector<std::string>& reasons) {
  const TableColumn* before = reference.Find(options.label);
  const TableColumn* after = current.Find(options.label);
  if (before == nullptr || after == nullptr) {
    return Invalid("the label '" + options.label + "' is not a column of both tables");
  }
  ASSIGN_OR_RETURN(const Outcome named, ClassOutcome(*before, ""));
  const Result<Performance> then =
      PerformanceOf(*reference.Find(options.score), *before, named.positive);
  if (!then.ok()) return then.status().WithContext("reference");
  const Result<Performance> now =
      PerformanceOf(*current.Find(options.score), *after, named.positive);
  if (!now.ok()) return now.status().WithContext("current");
  const double change = now->auc.value - then->auc.value;
  const double error = std::sqrt(then->error * then->error + now->error * now->error);
  const Estimate difference = NormalEstimate(change, error, kConfidence);
  report.Set("performance",
             Json::Of({{"reference", then->json},
                       {"current", now->json},
                       {"auc_change", difference.ToJson()}}));
  // As with PSI, chance explains what it does in 1 of 100 comparisons.
  const bool beyond_chance = NormalEstimate(change, error, 1 - 2 * kChanceMax).high < 0;
  if (change < -options.rules.auc_loss && beyond_chance) {
    reasons.push_back("the AUC fell by " + FixedText(-change, 3));
  }
  return OkStatus();
}

Status CheckScore(const Table& reference, const Table& current, const DriftOptions& options) {
  if (options.score.empty() && options.label.empty()) return OkStatus();
  if (options.score.empty()) {
    return Invalid("a label without a score tells no performance")
        .WithRemedy("name the score's column too");
  }
  for (const Table* table : {&reference, &current}) {
    const TableColumn* score = table->Find(options.score);
    if (score == nullptr || score->kind == TableKind::kCategory) {
      return Invalid("the score '" + options.score + "' is not a column of numbers in both tables");
    }
  }
  return OkStatus();
}

/// What the columns of both tables say together.
struct Comparison {
  std::vector<ColumnDrift> drifts;   ///< the score's is not among them
  std::vector<std::string> apart;    ///< notes on columns of one table alone
  std::vector<std::string> reasons;  ///< to retrain
  size_t major = 0;                  ///< of `drifts`
};

bool IsDropped(const DriftOptions& options, const std::string& column) {
  return column == options.label ||
         std::find(options.drop.begin(), options.drop.end(), column) != options.drop.end();
}

/// Compares column by column; the score's drift goes into the report itself.
Comparison CompareAll(const Table& reference,
                      const Table& current,
                      const DriftOptions& options,
                      Json& report) {
  Comparison all;
  for (const TableColumn& column : reference.columns) {
    if (IsDropped(options, column.name)) continue;
    const TableColumn* other = current.Find(column.name);
    if (other == nullptr) {
      all.apart.push_back("'" + column.name + "' is in the reference alone");
      continue;
    }
    ColumnDrift drift = CompareColumns(column, *other, options);
    if (column.name == options.score) {
      if (drift.psi >= options.rules.score_psi && drift.verdict != "stable") {
        all.reasons.push_back("the score's PSI is " + FixedText(drift.psi, 3));
      }
      report.Set("score", drift.json);
      continue;
    }
    if (drift.verdict == "major") ++all.major;
    all.drifts.push_back(std::move(drift));
  }
  for (const TableColumn& column : current.columns) {
    if (reference.Find(column.name) == nullptr) {
      all.apart.push_back("'" + column.name + "' is in the current data alone");
    }
  }
  std::stable_sort(all.drifts.begin(),
                   all.drifts.end(),
                   [](const ColumnDrift& a, const ColumnDrift& b) { return a.psi > b.psi; });
  return all;
}

std::string VerdictOf(const Comparison& all) {
  if (all.major > 0) return "major";
  const bool moderate = std::any_of(all.drifts.begin(), all.drifts.end(), [](const ColumnDrift& d) {
    return d.verdict != "stable";
  });
  return moderate ? "moderate" : "stable";
}

}  // namespace

Result<Json> CompareTables(const Table& reference,
                           const Table& current,
                           const DriftOptions& options) {
  TRY(CheckScore(reference, current, options));
  if (reference.rows() == 0 || current.rows() == 0) return Invalid("a table without rows");
  Json report{Json::Object()};
  Comparison all = CompareAll(reference, current, options, report);
  if (all.drifts.empty() && !report.Has("score")) {
    return Invalid("the tables have no column in common to compare");
  }
  const auto columns = static_cast<double>(std::max<size_t>(1, all.drifts.size()));
  if (all.major > 0 && static_cast<double>(all.major) / columns >= options.rules.major_share) {
    all.reasons.push_back(std::to_string(all.major) + " of " + std::to_string(all.drifts.size()) +
                          " columns drift strongly");
  }
  if (!options.label.empty()) {
    TRY(AddPerformance(reference, current, options, report, all.reasons));
  }
  const std::string verdict = VerdictOf(all);
  Json list{Json::Array()};
  for (ColumnDrift& drift : all.drifts) list.Push(std::move(drift.json));
  report.Set("columns", std::move(list));
  report.Set("verdict", verdict);
  report.Set("retrain",
             Json::Of({{"needed", !all.reasons.empty()}, {"reasons", Json::Strings(all.reasons)}}));
  report.Set("notes", Json::Strings(all.apart));
  report.Set("normalisation", kNormalisation);
  report.Set("rows", Json::Of({{"reference", reference.rows()}, {"current", current.rows()}}));
  return report;
}

}  // namespace signet::pipelines
