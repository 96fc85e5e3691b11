/// Purchases as one history per customer: what purchase models and RFM see of them.
///
/// One definition for `signet lab` and for pipelines. A customer's rows within one unit of time (an
/// hour or a day) are one purchase; the first purchase starts the clock and is no repeat, as in
/// lifetimes and BTYD. Deterministic: integers and exact decimals; independent of row order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/gamma_gamma.h"
#include "pipelines/math/purchase_history.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// What times are counted in. Hours merge by the hour; the others merge by the day (UTC), so that a
/// week is 7 days and a month 30.4375, in fractions.
enum class TimeUnit { kHour, kDay, kWeek, kMonth };
std::string_view TimeUnitName(TimeUnit unit);
/// kInvalid for another name than hour, day, week, month.
Result<TimeUnit> TimeUnitFromName(std::string_view name);

struct PurchaseTableOptions {
  std::string table;     ///< SQL name of the rows
  std::string customer;  ///< SQL expression; NULL: the row is left out
  std::string time;      ///< SQL expression of type TIMESTAMP; NULL: the row is left out
  std::string amount;    ///< SQL expression of a number, or empty
  TimeUnit unit = TimeUnit::kDay;
  Timestamp until;                   ///< its whole hour or day still counts as seen
  std::optional<Timestamp> holdout;  ///< likewise the last of the time held out
  bool log_gaps = false;             ///< needed for the regularity of purchases
  bool names = false;                ///< whether to keep the customers' names
  bool may_be_empty = false;         ///< whether no customer at all is a result (a partition)
};

/// One customer who bought by `until`.
struct CustomerPurchases {
  PurchaseHistory history;
  double repeat_value_mean = 0;  ///< mean value of the repeat purchases; 0 without any
  double value = 0;              ///< of all purchases by `until`
  double recent = 0;             ///< purchases in the last `horizon` up to `until`
  double recent_value = 0;
  double later = 0;  ///< purchases after `until`, up to the end of the holdout
  double later_value = 0;

  [[nodiscard]] PurchaseValue ValueSeen() const { return {history.repeats, repeat_value_mean}; }
};

struct PurchaseTable {
  std::vector<CustomerPurchases> customers;  ///< ordered by customer
  std::vector<std::string> names;            ///< of customers, if asked for
  double horizon = 0;                        ///< until the end of the holdout, in units; 0: none
  bool holdout_complete = true;              ///< false: the rows end before the holdout does
  int64_t rows = 0;
  int64_t without_customer = 0, without_time = 0, without_amount = 0;
  int64_t late = 0;     ///< rows after the end (of the holdout, or `until`)
  int64_t returns = 0;  ///< hours or days with a net amount below 0: left out, no purchase

  [[nodiscard]] std::vector<PurchaseHistory> Histories() const;
  [[nodiscard]] std::vector<PurchaseValue> Values() const;
  /// Counts of rows and customers, for reports.
  [[nodiscard]] Json ToJson() const;
};

/// kInvalid when the SQL does not fit, `holdout` is not after `until`, or nobody bought by `until`.
Result<PurchaseTable> ReadPurchases(query::Connection& connection,
                                    const PurchaseTableOptions& options);

}  // namespace signet::pipelines
