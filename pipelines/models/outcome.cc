#include "pipelines/models/outcome.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kDistinctMax = 3;  ///< classes are counted no further
constexpr double kNegativeShareMax = 0.01;

/// The distinct texts of a column with their rows; at most kDistinctMax.
std::map<std::string, size_t> DistinctTexts(const TableColumn& column) {
  std::map<std::string, size_t> counts;
  for (size_t i = 0; i < column.rows(); ++i) {
    const bool missing = column.IsMissing(i) ||
                         (column.kind != TableKind::kCategory && !std::isfinite(column.numbers[i]));
    if (missing) continue;
    if (counts.size() >= kDistinctMax) return counts;
    ++counts[column.TextOf(i)];
  }
  return counts;
}

Status NoNumbers(const TableColumn& column) {
  return Invalid("--target '" + column.name + "' holds text, but this model learns numbers")
      .WithRemedy("choose a column of numbers, or --model churn for one of two values");
}

void NoteUnknown(Outcome& outcome) {
  const auto unknown = std::count(outcome.known.begin(), outcome.known.end(), 0);
  if (unknown == 0) return;
  outcome.notes.push_back(WithThousands(unknown) + " rows without an outcome are left out");
}

}  // namespace

Result<Outcome> ClassOutcome(const TableColumn& column, const std::string& positive) {
  const std::map<std::string, size_t> counts = DistinctTexts(column);
  if (counts.size() < 2) {
    return Invalid("--target '" + column.name + "' holds " +
                   (counts.empty() ? "no value" : "one value alone") +
                   ": nothing can be learnt from one class")
        .WithRemedy("check --target and --where: both outcomes must occur");
  }
  if (counts.size() > 2) {
    return Invalid("--target '" + column.name + "' holds more than two values")
        .WithRemedy("--model churn learns one of two classes; for amounts use --model clv");
  }
  const auto& low = *counts.begin();
  const auto& high = *counts.rbegin();
  Outcome outcome;
  outcome.positive = low.second < high.second ? low.first : high.first;
  const int low_flag = FlagOf(low.first);
  const int high_flag = FlagOf(high.first);
  if (!positive.empty()) {
    if (positive != low.first && positive != high.first) {
      return Invalid("--target '" + column.name + "' never holds the value given as --positive")
          .WithRemedy("its values are '" + low.first + "' and '" + high.first + "'");
    }
    outcome.positive = positive;
  } else if (low_flag + high_flag == 1 && low_flag >= 0 && high_flag >= 0) {
    outcome.positive = high_flag == 1 ? high.first : low.first;
  } else if (column.kind != TableKind::kCategory) {
    const bool high_last = std::stod(high.first) > std::stod(low.first);
    outcome.positive = high_last ? high.first : low.first;
    outcome.notes.push_back("class 1 is the larger value, " + outcome.positive);
  } else {
    outcome.notes.push_back("class 1 is the rarer value, '" + outcome.positive +
                            "'; --positive chooses the other");
  }
  for (size_t i = 0; i < column.rows(); ++i) {
    const bool known = !column.IsMissing(i) &&
                       (column.kind == TableKind::kCategory || std::isfinite(column.numbers[i]));
    outcome.known.push_back(known ? 1 : 0);
    outcome.values.push_back(known && column.TextOf(i) == outcome.positive ? 1.0F : 0.0F);
  }
  NoteUnknown(outcome);
  return outcome;
}

Result<Outcome> ValueOutcome(const TableColumn& column) {
  if (column.kind == TableKind::kCategory) return NoNumbers(column);
  Outcome outcome;
  outcome.kind = OutcomeKind::kValue;
  size_t known = 0;
  size_t negative = 0;
  bool varies = false;
  double first = NAN;
  for (const double value : column.numbers) {
    const bool finite = std::isfinite(value) && std::fabs(value) < 1e30;
    outcome.known.push_back(finite ? 1 : 0);
    outcome.values.push_back(finite ? static_cast<float>(value) : 0.0F);
    if (!finite) continue;
    ++known;
    if (value < 0) ++negative;
    if (std::isnan(first)) first = value;
    varies = varies || value != first;
  }
  if (known == 0 || !varies) {
    return Invalid("--target '" + column.name + "' holds " +
                   (known == 0 ? "no number" : "one value alone") + ": nothing can be learnt")
        .WithRemedy("check --target and --where");
  }
  NoteUnknown(outcome);
  const double share = static_cast<double>(negative) / static_cast<double>(known);
  if (negative > 0 && share <= kNegativeShareMax) {
    for (float& value : outcome.values) value = std::max(value, 0.0F);
    outcome.notes.push_back(WithThousands(static_cast<int64_t>(negative)) +
                            " outcomes below zero count as zero");
  }
  return outcome;
}

Result<Outcome> TimeOutcome(const TableColumn& column, const TableColumn* event) {
  if (column.kind == TableKind::kCategory) return NoNumbers(column);
  Outcome outcome;
  outcome.kind = OutcomeKind::kTime;
  Outcome happened;
  if (event != nullptr) {
    Result<Outcome> read = ClassOutcome(*event, "");
    if (!read.ok()) {
      return read.status().WithContext("--event").WithRemedy(
          "--event names a column that is 1 where the event happened and 0 where it is censored; "
          "leave it out if it always happened");
    }
    happened = std::move(read).value();
  } else {
    outcome.notes.push_back("every time counts as an event; --event names who is censored");
  }
  float least = INFINITY;
  size_t events = 0;
  for (size_t i = 0; i < column.rows(); ++i) {
    const double value = column.numbers[i];
    const bool known = std::isfinite(value) && (event == nullptr || happened.known[i] != 0);
    if (known && value < 0) {
      return Invalid("--target '" + column.name + "' holds a negative time")
          .WithRemedy("leave such rows out with --where");
    }
    outcome.known.push_back(known ? 1 : 0);
    outcome.values.push_back(known ? static_cast<float>(value) : 1.0F);
    outcome.happened.push_back(event == nullptr || happened.values[i] > 0 ? 1 : 0);
    if (known && value > 0) least = std::min(least, static_cast<float>(value));
    if (known && outcome.happened.back() != 0) ++events;
  }
  if (events == 0 || !std::isfinite(least)) {
    return Invalid("--target '" + column.name + "' and --event hold no event")
        .WithRemedy("check --target, --event and --where");
  }
  size_t zeros = 0;
  for (float& value : outcome.values) {
    if (value > 0) continue;
    value = least / 2;
    ++zeros;
  }
  if (zeros > 0) {
    outcome.notes.push_back(WithThousands(static_cast<int64_t>(zeros)) +
                            " times of zero count as half of the least other time");
  }
  NoteUnknown(outcome);
  return outcome;
}

Result<Outcome> ClassOrValueOutcome(const TableColumn& column, const std::string& positive) {
  const bool two = DistinctTexts(column).size() == 2;
  if (two || column.kind == TableKind::kCategory || !positive.empty()) {
    return ClassOutcome(column, positive);
  }
  return ValueOutcome(column);
}

}  // namespace signet::pipelines
