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

bool HasClass(const TableColumn& column, size_t row) {
  if (column.IsMissing(row)) return false;
  return column.kind == TableKind::kCategory || std::isfinite(column.numbers[row]);
}

/// The distinct texts of a column with their rows; at most kDistinctMax.
std::map<std::string, size_t> DistinctTexts(const TableColumn& column) {
  std::map<std::string, size_t> counts;
  for (size_t i = 0; i < column.rows(); ++i) {
    if (!HasClass(column, i)) continue;
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

struct ClassCount {
  std::string text;
  size_t rows = 0;
};

/// Which of two values class 1 is: the one asked for, the one that says yes, the larger number, or
/// the rarer text. Notes what the reader could not know.
Result<std::string> PositiveOf(const TableColumn& column,
                               const ClassCount& low,
                               const ClassCount& high,
                               const std::string& asked,
                               std::vector<std::string>& notes) {
  if (!asked.empty()) {
    if (asked == low.text || asked == high.text) return asked;
    return Invalid("--target '" + column.name + "' never holds the value given as --positive")
        .WithRemedy("its values are '" + low.text + "' and '" + high.text + "'");
  }
  const int low_flag = FlagOf(low.text);
  const int high_flag = FlagOf(high.text);
  if (low_flag + high_flag == 1 && low_flag >= 0 && high_flag >= 0) {
    return high_flag == 1 ? high.text : low.text;
  }
  if (column.kind != TableKind::kCategory) {
    const bool high_last = std::stod(high.text) > std::stod(low.text);
    std::string larger = high_last ? high.text : low.text;
    notes.push_back("class 1 is the larger value, " + larger);
    return larger;
  }
  std::string rarer = low.rows < high.rows ? low.text : high.text;
  notes.push_back("class 1 is the rarer value, '" + rarer + "'; --positive chooses the other");
  return rarer;
}

/// The known numbers of a column in outline.
struct Outline {
  size_t known = 0;
  size_t negative = 0;
  bool varies = false;
  double first = NAN;

  void Add(double value) {
    ++known;
    if (value < 0) ++negative;
    if (std::isnan(first)) first = value;
    varies = varies || value != first;
  }
};

/// Times of zero count as half of the least other time: logarithms are taken of them.
void RaiseZeros(float least, Outcome& outcome) {
  size_t zeros = 0;
  for (float& value : outcome.values) {
    if (value > 0) continue;
    value = least / 2;
    ++zeros;
  }
  if (zeros == 0) return;
  outcome.notes.push_back(WithThousands(static_cast<int64_t>(zeros)) +
                          " times of zero count as half of the least other time");
}

/// The censoring column's classes.
Result<Outcome> EventsOf(const TableColumn& event) {
  Result<Outcome> read = ClassOutcome(event, "");
  if (read.ok()) return read;
  return read.status().WithContext("--event").WithRemedy(
      "--event names a column that is 1 where the event happened and 0 where it is censored; "
      "leave it out if it always happened");
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
  Outcome outcome;
  const ClassCount low{counts.begin()->first, counts.begin()->second};
  const ClassCount high{counts.rbegin()->first, counts.rbegin()->second};
  ASSIGN_OR_RETURN(outcome.positive, PositiveOf(column, low, high, positive, outcome.notes));
  for (size_t i = 0; i < column.rows(); ++i) {
    const bool known = HasClass(column, i);
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
  Outline outline;
  for (const double value : column.numbers) {
    const bool finite = std::isfinite(value) && std::fabs(value) < 1e30;
    outcome.known.push_back(finite ? 1 : 0);
    outcome.values.push_back(finite ? static_cast<float>(value) : 0.0F);
    if (finite) outline.Add(value);
  }
  if (!outline.varies) {
    return Invalid("--target '" + column.name + "' holds " +
                   (outline.known == 0 ? "no number" : "one value alone") +
                   ": nothing can be learnt")
        .WithRemedy("check --target and --where");
  }
  NoteUnknown(outcome);
  const double share = static_cast<double>(outline.negative) / static_cast<double>(outline.known);
  if (outline.negative > 0 && share <= kNegativeShareMax) {
    for (float& value : outcome.values) value = std::max(value, 0.0F);
    outcome.notes.push_back(WithThousands(static_cast<int64_t>(outline.negative)) +
                            " outcomes below zero count as zero");
  }
  return outcome;
}

namespace {

/// Without an event column every time counts as an event.
Result<Outcome> HappenedIn(const TableColumn& column, const TableColumn* event) {
  if (event != nullptr) return EventsOf(*event);
  Outcome happened;
  happened.known.assign(column.rows(), 1);
  happened.values.assign(column.rows(), 1.0F);
  return happened;
}

/// The shortest known time above zero; infinite where there is none.
float LeastAboveZero(const Outcome& outcome) {
  float least = INFINITY;
  for (size_t i = 0; i < outcome.values.size(); ++i) {
    const bool counts = outcome.known[i] != 0 && outcome.values[i] > 0;
    if (counts) least = std::min(least, outcome.values[i]);
  }
  return least;
}

}  // namespace

Result<Outcome> TimeOutcome(const TableColumn& column, const TableColumn* event) {
  if (column.kind == TableKind::kCategory) return NoNumbers(column);
  Outcome outcome;
  outcome.kind = OutcomeKind::kTime;
  ASSIGN_OR_RETURN(const Outcome happened, HappenedIn(column, event));
  if (event == nullptr) {
    outcome.notes.emplace_back("every time counts as an event; --event names who is censored");
  }
  size_t events = 0;
  for (size_t i = 0; i < column.rows(); ++i) {
    const double value = column.numbers[i];
    const bool known = std::isfinite(value) && happened.known[i] != 0;
    if (known && value < 0) {
      return Invalid("--target '" + column.name + "' holds a negative time")
          .WithRemedy("leave such rows out with --where");
    }
    outcome.known.push_back(known ? 1 : 0);
    outcome.values.push_back(known ? static_cast<float>(value) : 1.0F);
    outcome.happened.push_back(happened.values[i] > 0 ? 1 : 0);
    if (known && outcome.happened.back() != 0) ++events;
  }
  const float least = LeastAboveZero(outcome);
  if (events == 0 || !std::isfinite(least)) {
    return Invalid("--target '" + column.name + "' and --event hold no event")
        .WithRemedy("check --target, --event and --where");
  }
  RaiseZeros(least, outcome);
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
