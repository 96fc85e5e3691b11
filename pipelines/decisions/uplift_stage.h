/// The `uplift` stage: learns from a test whom a treatment changes, and scores everybody.
///
/// In: `features` (features or scores; one row per subject, with the arm and the outcome of those
/// who took part, NULL for others). Out: kind scores: subject, uplift DOUBLE (change of
/// probability, or of the amount). One task over all partitions. A seeded share of the participants
/// judges the ranking (Qini and AUUC with intervals); "no uplift found" is a result, and with
/// `require_uplift` it gives everybody 0. Columns that differ between the arms are not learned
/// from. Independent of row order, partitions and threads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct UpliftStageOptions {
  std::string features = "features";  ///< input
  std::string arm, control, treatment, outcome;
  std::string learner = "t";
  std::vector<std::string> drop;
  double test_share = 0.3;
  double confidence = 0.95;
  bool require_uplift = false;
  int threads = 1;

  static Result<UpliftStageOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> UpliftOutputSchema(const UpliftStageOptions& options,
                                  const std::map<std::string, Schema>& inputs);

/// Figures: rows, what was left out, Qini, AUUC, deciles. kInvalid as ReadUpliftTable, Train and
/// JudgeUplift say, and for a subject with two rows.
Result<Json> RunUplift(query::Connection& connection,
                       const UpliftStageOptions& options,
                       const std::map<std::string, Schema>& inputs,
                       const StageContext& context);

}  // namespace signet::pipelines
