/// A study: learn from a plain table, judge on rows held out, and tell everything worth knowing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/table.h"

namespace signet::pipelines {

enum class StudyModel { kChurn, kClv, kForest, kSurvival };

struct StudyOptions {
  StudyModel model = StudyModel::kChurn;
  std::string target;                   ///< column
  std::string positive;                 ///< the target's value that is class 1; empty: found
  std::string event;                    ///< survival: column that tells whether the event happened
  std::string time;                     ///< column: the latest rows are held out; empty: by person
  std::string group;                    ///< column of the fairness figures
  std::string last_value;               ///< clv: column with last period's value, a baseline
  std::vector<std::string> drop;        ///< columns not to learn from
  std::map<std::string, int> monotone;  ///< column to +1 or -1
  int folds = 0;                        ///< cross-validation; 0: one holdout
  double holdout_share = 0.2;
  std::string calibration = "auto";
  std::string method;  ///< clv: tweedie (default), two_part or squared
  bool balance = false;
  int search = -1;  ///< settings tried beside the first; -1: 3, or 1 above 20,000 rows
  int rounds = 0;   ///< at most; 0: 500 (forests 300)
  int threads = 1;
  uint64_t seed = 1;
};

/// `keys`: one per row, from who it is about: rows of one person never lie on both sides of a
/// split. The result holds every figure with its interval, the baselines, notes on what was left
/// out, the model's card; it is independent of the order of rows and of threads. kInvalid with a
/// remedy for tables from which nothing can be learnt. Never NaN.
Result<Json> RunStudy(const Table& table,
                      const std::vector<uint64_t>& keys,
                      const StudyOptions& options,
                      const std::function<void(double)>& progress);

}  // namespace signet::pipelines
