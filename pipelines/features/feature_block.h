/// One event input's part of the features: a chain of SQL tables that ends in one row per subject.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/features/behaviour_features.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// One feature: its SQL over the block's last table, and the input columns that flow in.
struct Feature {
  std::string name;
  ColumnType type = ColumnType::kDouble;
  std::string sql;
  std::vector<std::string> sources;
  bool zero_if_absent = false;  ///< counts and sums are 0 for a subject without events
};

struct FeatureBlock {
  std::string table;              ///< the last table: `subject` and whatever the features use
  std::vector<std::string> ctes;  ///< "name AS MATERIALIZED (SELECT ...)"
  std::vector<Feature> features;
};

/// What every block needs to know. Times are integers: microseconds since 1970.
struct BlockContext {
  const EventOptions& options;
  const Schema& schema;
  const std::vector<int64_t>& windows;  ///< seconds, ascending
  int64_t cutoff_micros = 0;

  [[nodiscard]] int64_t StartOf(int64_t window_seconds) const;
  /// "orders_spend_90d": the input, `what`, and the window if it is not 0.
  [[nodiscard]] std::string Name(std::string_view what, int64_t window_seconds = 0) const;
  /// SQL for days from `micros_sql` to the cut-off, as a double.
  [[nodiscard]] std::string DaysBefore(const std::string& micros_sql) const;
  /// "FROM view WHERE the subject is known and time is before the cut-off".
  [[nodiscard]] std::string FromBefore() const;
  /// "column::DECIMAL(18,4)", 0 for what does not fit or is NULL.
  [[nodiscard]] static std::string Money(const std::string& column);
};

Result<FeatureBlock> PurchaseBlock(const BlockContext& context);
Result<FeatureBlock> ActivityBlock(const BlockContext& context);

/// A column's value as a part of a feature's name: lower case, letters, digits and underscores.
std::string NamePart(std::string_view value);
/// `sum` of decimals, held to 18 digits; NULL (missing) beyond.
std::string DecimalSum(const std::string& sql);
/// a / b as doubles, NULL when b is 0.
std::string Ratio(const std::string& a, const std::string& b);

/// kInvalid unless `column` is empty or a column of one of `types`; "input 'orders': ...".
Status CheckColumn(const BlockContext& context,
                   std::string_view option,
                   const std::string& column,
                   const std::vector<ColumnType>& types);

}  // namespace signet::pipelines
