/// What a study learns to tell: a column read as a class, a value or a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/models/table.h"

namespace signet::pipelines {

enum class OutcomeKind { kClass, kValue, kTime };

/// One outcome per row; rows without one are not `known`.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kClass;
  std::vector<float> values;      ///< class 0/1, value, or time > 0
  std::vector<uint8_t> happened;  ///< times: 0 = censored; else empty
  std::vector<uint8_t> known;
  std::string positive;            ///< the text of class 1
  std::vector<std::string> notes;  ///< what was done to it
};

/// Two values make a class: yes, true, 1 and the like are class 1, or `positive`, or else the rarer
/// value (with a note). kInvalid for one value alone, or more than two (classes only).
Result<Outcome> ClassOutcome(const TableColumn& column, const std::string& positive);
/// Numbers. Below zero: up to 1 % of the rows count as zero (a note says so).
Result<Outcome> ValueOutcome(const TableColumn& column);
/// Times, with the column that tells whether the event happened (null: it always did). Zero counts
/// as half the least positive time. kInvalid for negative times, or no event.
Result<Outcome> TimeOutcome(const TableColumn& column, const TableColumn* event);
/// A class where the column has two values, else a value.
Result<Outcome> ClassOrValueOutcome(const TableColumn& column, const std::string& positive);

}  // namespace signet::pipelines
