/// The `randomise` stage: assigns the subjects of a test to its arms.
///
/// In: `population` (features, scores, segment or governed). Out: kind features: subject, arm TEXT,
/// assigned_at TIMESTAMP (the run's moment). Subjects of the holdout and of other tests' traffic
/// are absent, and counted. Without strata an assignment depends on the subject alone (see
/// assignment.h) and never changes while design and salt stay; with strata it depends on who else
/// is there. The figures hold the design and its digest: with them the test is registered before it
/// starts, since the run's figures and the plan go into the log. Memory: 40 bytes a subject.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/assignment.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct RandomiseOptions {
  std::string population = "population";
  std::string stratum;  ///< column of the population: exact shares within each value
  AssignmentDesign design;

  static Result<RandomiseOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> RandomiseOutputSchema(const RandomiseOptions& options,
                                     const std::map<std::string, Schema>& inputs);

/// Figures: units per arm, in the holdout and in other traffic; the design with its digest.
Result<Json> RunRandomise(query::Connection& connection,
                          const RandomiseOptions& options,
                          const std::map<std::string, Schema>& inputs,
                          const StageContext& context);

}  // namespace signet::pipelines
