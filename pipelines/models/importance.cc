#include "pipelines/models/importance.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/consequence.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

constexpr size_t kAlarmRowsMax = 20'000;
constexpr double kAlarm = 0.95;
constexpr double kConfidence = 0.95;
constexpr const char* kReason =
    "this feature alone tells the label almost perfectly: it may hold what happened after the "
    "cut-off";
constexpr const char* kFollowsReason =
    "its rarer values come with the event alone: it may hold what happened after the cut-off";

/// A column's values, missing ones at `missing`.
std::vector<double> ColumnOf(const RowMatrix& rows, size_t c, size_t count, double missing) {
  std::vector<double> values(count);
  for (size_t r = 0; r < count; ++r) {
    const float cell = rows.cells[r * rows.columns + c];
    values[r] = std::isnan(cell) ? missing : static_cast<double>(cell);
  }
  return values;
}

}  // namespace

Json ImportancesJson(std::span<const double> contributions,
                     const std::vector<std::string>& names,
                     size_t count) {
  const size_t rows = names.empty() ? 0 : contributions.size() / names.size();
  // Columns of one feature are added row by row before taking sizes.
  std::vector<std::string> features;
  std::vector<size_t> feature_of;
  for (const std::string& name : names) {
    const auto found = std::find(features.begin(), features.end(), name);
    feature_of.push_back(static_cast<size_t>(found - features.begin()));
    if (found == features.end()) features.push_back(name);
  }
  std::vector<double> totals(features.size(), 0);
  std::vector<double> own(features.size());
  for (size_t r = 0; r < rows; ++r) {
    std::fill(own.begin(), own.end(), 0);
    for (size_t c = 0; c < names.size(); ++c) {
      own[feature_of[c]] += contributions[r * names.size() + c];
    }
    for (size_t f = 0; f < own.size(); ++f) totals[f] += std::fabs(own[f]);
  }
  double sum = 0;
  std::vector<std::pair<double, size_t>> order;
  for (size_t f = 0; f < totals.size(); ++f) {
    sum += totals[f];
    if (totals[f] > 0) order.emplace_back(-totals[f], f);
  }
  std::sort(order.begin(), order.end());
  Json list{Json::Array()};
  for (size_t i = 0; i < std::min(count, order.size()); ++i) {
    const double total = -order[i].first;
    list.Push(Json::Of({{"feature", features[order[i].second]},
                        {"mean_effect", Rounded(total / static_cast<double>(rows), 4)},
                        {"share", Rounded(total / sum, 4)}}));
  }
  return list;
}

Json ClassLeakAlarms(const RowMatrix& rows,
                     const std::vector<uint8_t>& classes,
                     const std::vector<std::string>& names) {
  const size_t count = std::min(rows.rows(), kAlarmRowsMax);
  const RowMatrix head{rows.cells.first(count * rows.columns), rows.columns};
  Json alarms{Json::Array()};
  for (size_t c = 0; c < rows.columns; ++c) {
    double strength = 0;
    for (const double missing : {-1e30, 1e30}) {
      const Result<Estimate> auc =
          Auc(ColumnOf(rows, c, count, missing), {classes.data(), count}, kConfidence);
      if (auc.ok()) strength = std::max({strength, auc->value, 1 - auc->value});
    }
    const bool perfect = strength > kAlarm;
    if (!perfect && !ComesWithOutcomeAlone(head, c, {classes.data(), count})) continue;
    alarms.Push(Json::Of({{"feature", names[c]},
                          {"auc", Rounded(strength, 4)},
                          {"reason", perfect ? kReason : kFollowsReason}}));
  }
  return alarms;
}

Json ValueLeakAlarms(const RowMatrix& rows,
                     const std::vector<double>& values,
                     const std::vector<std::string>& names) {
  const size_t count = std::min(rows.rows(), kAlarmRowsMax);
  Json alarms{Json::Array()};
  for (size_t c = 0; c < rows.columns; ++c) {
    double strength = 0;
    for (const double missing : {-1e30, 1e30}) {
      const Estimate rank =
          Spearman(ColumnOf(rows, c, count, missing), {values.data(), count}, kConfidence);
      strength = std::max(strength, std::fabs(rank.value));
    }
    if (strength <= kAlarm) continue;
    alarms.Push(
        Json::Of({{"feature", names[c]}, {"spearman", Rounded(strength, 4)}, {"reason", kReason}}));
  }
  return alarms;
}

}  // namespace signet::pipelines
