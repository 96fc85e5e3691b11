/// Drift: whether the people scored today are still like those learnt from, and the model still
/// right.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/table.h"

namespace signet::pipelines {

/// When a model is to be learnt again: any rule that holds.
struct RetrainRules {
  double psi_warn = 0.1;     ///< a column drifts moderately from here
  double psi_major = 0.25;   ///< and strongly from here
  double major_share = 0.3;  ///< retrain if so many columns drift strongly
  double score_psi = 0.25;   ///< retrain if the score does
  double auc_loss = 0.03;    ///< retrain if the AUC fell by more, beyond chance
};

struct DriftOptions {
  int bins = 10;                  ///< quantile bins of the reference
  std::string score;              ///< column with a model's score; empty: none
  std::string label;              ///< column with what happened; empty: none
  std::vector<std::string> drop;  ///< columns not to compare
  RetrainRules rules;
};

/// Compares the columns that both tables have. Result: {"columns": [{column, kind, psi, psi_noise,
/// ks, ks_p, missing_reference, missing_current, new_values_share, verdict}], most drifted first,
/// "score", "performance" (with score and label), "verdict", "retrain": {"needed", "reasons"},
/// "normalisation"}. Verdicts: stable, moderate, major; drift that chance explains (1 %) is stable.
/// Quantile bins of the reference for numbers, flags and times; values for categories (those below
/// 0.5 % of the reference together, new ones in a bin of their own); missing is a bin of its own.
/// kInvalid when there is no column in common. No value of any row is told.
Result<Json> CompareTables(const Table& reference,
                           const Table& current,
                           const DriftOptions& options);

}  // namespace signet::pipelines
