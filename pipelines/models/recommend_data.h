/// Purchases as what recommenders learn from before a cut, and what they are judged by after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/interaction_matrix.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

struct RecommendDataOptions {
  std::string table;            ///< SQL name of the rows
  std::string customer, item;   ///< SQL expressions; NULL: the row is left out
  std::string time;             ///< SQL expression of type TIMESTAMP; NULL: the row is left out
  Timestamp cut;                ///< rows strictly before it are learned from
  int64_t horizon_seconds = 0;  ///< rows in [cut, cut + horizon) judge
};

/// Items are numbered by how many customers took them before the cut (ties: by name), so that a
/// lower number is a more popular item; customers by name. Customers and items that occur only
/// after the cut have no number.
struct RecommendData {
  InteractionMatrix before;
  std::vector<std::string> customers, items;
  std::vector<uint32_t> recent;              ///< per item: customers in the last horizon before
  std::vector<std::vector<uint32_t>> after;  ///< per customer: items, ascending
  std::vector<uint32_t> after_unknown;       ///< per customer: items nobody took before the cut
  int64_t rows = 0, rows_before = 0, rows_after = 0, rows_incomplete = 0;
  int64_t customers_only_after = 0;

  [[nodiscard]] Json ToJson() const;
};

/// kInvalid when the SQL does not fit or no row lies before the cut. Independent of row order.
Result<RecommendData> ReadRecommendData(query::Connection& connection,
                                        const RecommendDataOptions& options);

}  // namespace signet::pipelines
