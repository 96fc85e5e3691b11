/// Minimisation of a step's inputs: it is leased the governed columns that it uses, and no others.
#pragma once

#include <vector>

#include "crypto/base/json.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/plan/plan.h"

namespace signet::pipelines {

/// What the operator is bound to: `options` over the inputs as they are.
BindRequest RequestOf(const Json& options, const std::vector<PlannedInput>& inputs);

/// Takes governed columns away that the step can do without (GDPR Art. 5(1)(c)): its output stays
/// `output`. `subject` stays. For SQL the columns are those that the analysis says are not read;
/// for other operators they are found by leaving out one after the other.
void DropUnusedColumns(const Operator& op,
                       const Json& options,
                       const Schema& output,
                       std::vector<PlannedInput>& inputs);

}  // namespace signet::pipelines
