/// LabPurchases: the purchases in a plain file, for `signet lab fit`.
#pragma once

#include <memory>
#include <string>

#include "coordinator/cli/lab_input.h"
#include "crypto/base/status.h"
#include "pipelines/features/purchase_table.h"

namespace CLI {
class App;
}  // namespace CLI

namespace signet::coordinator {

struct LabPurchaseOptions {
  std::string in, where;
  std::string customer, time, amount;
  std::string until, holdout;
  std::string unit = "day";
};

/// Adds --in, --where, --customer, --time, --amount, --until, --holdout and --unit.
void AddLabPurchaseOptions(CLI::App& command, LabPurchaseOptions& options);

/// The file, what of its rows are purchases, and one history per customer.
struct LabPurchases {
  std::unique_ptr<LabInput> input;
  pipelines::PurchaseTableOptions rows;  ///< of `input`'s table
  pipelines::PurchaseTable table;
};

/// One history per customer. Without --until the last time in the file is the end.
/// `log_gaps`, `names`: see PurchaseTableOptions. kInvalid names the option that is wrong.
Result<LabPurchases> ReadLabPurchases(const LabPurchaseOptions& options, bool log_gaps, bool names);

/// "2026-01-31", "20260131" or "2026-01-31T08:00:00Z"; kInvalid names `option`.
Result<Timestamp> LabMoment(const std::string& option, const std::string& text);

}  // namespace signet::coordinator
