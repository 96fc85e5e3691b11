#include "pipelines/models/fairness.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/calibration.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/ranking.h"
#include "pipelines/models/figures.h"

namespace signet::pipelines {
namespace {

constexpr size_t kValuesMax = 12;
constexpr size_t kFifths = 5;
constexpr const char* kMissingGroup = "(missing)";

std::string ShortNumber(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 5);
  return {text, end.ptr};
}

using Members = std::map<std::string, std::vector<size_t>>;

Members MembersOf(std::span<const std::string> groups) {
  Members members;
  for (size_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(i);
  return members;
}

/// The least and the largest of what groups have.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] Json Gap() const { return high >= low ? Rounded(high - low, 4) : Json(); }
};

/// The score from which about as many rows are selected as have the outcome.
double ThresholdOf(std::span<const double> scores, std::span<const uint8_t> labels) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const auto positives = static_cast<size_t>(std::count(labels.begin(), labels.end(), 1));
  return sorted[std::min(sorted.size() - 1, positives > 0 ? positives - 1 : 0)];
}

bool HasGroup(const TableColumn& column, size_t row) {
  if (column.IsMissing(row)) return false;
  return column.kind == TableKind::kCategory || std::isfinite(column.numbers[row]);
}

/// The bounds of fifths of the rows; none for texts, and for few different numbers.
std::vector<double> EdgesOf(const TableColumn& column, std::span<const size_t> rows) {
  std::vector<double> edges;
  if (column.kind == TableKind::kCategory) return edges;
  std::set<double> distinct;
  std::vector<double> sorted;
  for (const size_t row : rows) {
    if (!std::isfinite(column.numbers[row])) continue;
    sorted.push_back(column.numbers[row]);
    if (distinct.size() <= kValuesMax) distinct.insert(column.numbers[row]);
  }
  if (distinct.size() <= kValuesMax) return edges;
  std::sort(sorted.begin(), sorted.end());
  for (size_t k = 1; k < kFifths; ++k) {
    const double edge = sorted[sorted.size() * k / kFifths];
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

/// The name of the range between two edges that holds the value.
std::string RangeName(const std::vector<double>& edges, double value) {
  const auto above = std::upper_bound(edges.begin(), edges.end(), value);
  const std::string from = above == edges.begin() ? "" : ShortNumber(*std::prev(above)) + " <=";
  const std::string to = above == edges.end() ? "" : "< " + ShortNumber(*above);
  return from + (from.empty() || to.empty() ? "" : " .. ") + to;
}

}  // namespace

std::vector<std::string> GroupNames(const TableColumn& column, std::span<const size_t> rows) {
  const std::vector<double> edges = EdgesOf(column, rows);
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const size_t row : rows) {
    if (!HasGroup(column, row)) {
      names.emplace_back(kMissingGroup);
    } else if (edges.empty()) {
      names.push_back(column.TextOf(row));
    } else {
      names.push_back(RangeName(edges, column.numbers[row]));
    }
  }
  return names;
}

Json ClassFairness(std::span<const double> scores,
                   std::span<const uint8_t> labels,
                   std::span<const std::string> groups) {
  const double threshold = ThresholdOf(scores, labels);
  Json list{Json::Array()};
  Range selected;
  Range found;
  Range calibration;
  uint64_t small = 0;
  for (const auto& [name, rows] : MembersOf(groups)) {
    if (rows.size() < kGroupRowsMin) {
      small += rows.size();
      continue;
    }
    std::vector<double> own;
    std::vector<uint8_t> classes;
    double picked = 0;
    double positives = 0;
    double picked_positives = 0;
    for (const size_t row : rows) {
      own.push_back(scores[row]);
      classes.push_back(labels[row]);
      const double chosen = scores[row] >= threshold ? 1 : 0;
      picked += chosen;
      positives += labels[row];
      picked_positives += chosen * labels[row];
    }
    const auto n = static_cast<double>(rows.size());
    const Result<Estimate> auc = Auc(own, classes, kFigureConfidence);
    const auto share = [](double part, double whole) {
      return whole > 0 ? ShareEstimate(part, whole, kFigureConfidence).ToJson() : Json();
    };
    const double gap = MeanOf(own) - positives / n;
    selected.Add(picked / n);
    calibration.Add(gap);
    if (positives > 0) found.Add(picked_positives / positives);
    list.Push(Json::Of({{"group", name},
                        {"rows", rows.size()},
                        {"base_rate", share(positives, n)},
                        {"mean_score", Rounded(MeanOf(own), 4)},
                        {"calibration_gap", Rounded(gap, 4)},
                        {"auc", auc.ok() ? auc->ToJson() : Json()},
                        {"selected", share(picked, n)},
                        {"true_positive_rate", share(picked_positives, positives)},
                        {"false_positive_rate", share(picked - picked_positives, n - positives)}}));
  }
  return Json::Of(
      {{"groups", std::move(list)},
       {"rows_in_small_groups", small},
       {"threshold", Rounded(threshold)},
       {"demographic_parity", selected.Gap()},
       {"disparate_impact", selected.high > 0 ? Rounded(selected.low / selected.high, 4) : Json()},
       {"equal_opportunity", found.Gap()},
       {"calibration", calibration.Gap()}});
}

Json ValueFairness(std::span<const double> predicted,
                   std::span<const double> values,
                   std::span<const std::string> groups) {
  Json list{Json::Array()};
  Range relative;
  uint64_t small = 0;
  for (const auto& [name, rows] : MembersOf(groups)) {
    if (rows.size() < kGroupRowsMin) {
      small += rows.size();
      continue;
    }
    std::vector<double> own;
    std::vector<double> truth;
    std::vector<double> bias;
    for (const size_t row : rows) {
      own.push_back(predicted[row]);
      truth.push_back(values[row]);
      bias.push_back(predicted[row] - values[row]);
    }
    if (MeanOf(truth) != 0) relative.Add(MeanOf(bias) / MeanOf(truth));
    list.Push(Json::Of({{"group", name},
                        {"rows", rows.size()},
                        {"mean_value", Rounded(MeanOf(truth))},
                        {"mean_predicted", Rounded(MeanOf(own))},
                        {"bias", MeanEstimate(bias, kFigureConfidence).ToJson()}}));
  }
  return Json::Of({{"groups", std::move(list)},
                   {"rows_in_small_groups", small},
                   {"relative_bias", relative.Gap()}});
}

}  // namespace signet::pipelines
