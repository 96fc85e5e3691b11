/// RFM: recency, frequency and monetary value of each customer at a moment, with scores from 1 to 5
/// and the grid that marketing reads.
///
/// Deterministic: integers and DECIMAL sums; quantiles of those. Independent of row order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

struct RfmTableOptions {
  std::string table;     ///< SQL name of the rows
  std::string customer;  ///< SQL expression; NULL: the row is left out
  std::string time;      ///< SQL expression of type TIMESTAMP; NULL: the row is left out
  std::string amount;    ///< SQL expression of a number; below 0: a return, no purchase
  std::string order;     ///< SQL expression: rows with one id are one purchase; empty: each row is
  Timestamp as_of;       ///< rows strictly before it count
  bool lines = false;    ///< whether to keep a line for each customer
};

/// One customer. Scores: 5 is the best fifth, by the rule of math/quantile_bands.h, which the stage
/// `rfm` of segments uses, too: a value's score is 1 plus the number of edges (20, 40, 60, 80 %)
/// strictly below it, for recency 5 less that number.
struct RfmLine {
  std::string customer;
  double recency_days = 0;  ///< since the last purchase
  int64_t frequency = 0;    ///< purchases
  double monetary = 0;      ///< their sum, returns not taken off
  double net_monetary = 0;  ///< returns taken off
  int64_t days = 0;         ///< different days (UTC) with a purchase
  double tenure_days = 0;   ///< since the first purchase
  int64_t recency_score = 0, frequency_score = 0, monetary_score = 0;
};

struct RfmCell {
  int64_t customers = 0;
  double monetary = 0;
};

struct RfmTable {
  std::vector<RfmLine> lines;  ///< ordered by customer; if asked for
  int64_t rows = 0, without_customer = 0, without_time = 0, without_amount = 0;
  int64_t at_or_after = 0;  ///< rows at or after as_of
  int64_t returns = 0;      ///< rows with a negative amount
  int64_t customers = 0;    ///< with at least one purchase
  std::array<double, 4> recency_edges{}, frequency_edges{}, monetary_edges{};
  /// [recency score - 1][frequency score - 1]
  std::array<std::array<RfmCell, 5>, 5> grid{};

  [[nodiscard]] Json ToJson() const;
};

/// kInvalid when the SQL does not fit or nobody bought before `as_of`.
Result<RfmTable> ComputeRfm(query::Connection& connection, const RfmTableOptions& options);

}  // namespace signet::pipelines
