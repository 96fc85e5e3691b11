/// Rolling origins: a model learnt at an earlier cut-off, judged at the next, as it would have been
/// in use. Says what a holdout by subject cannot: how much season and trend take away.
#pragma once

#include <map>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/train.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// For each two cut-offs that follow each other among `options.earlier` and `options.features`, a
/// list of {learnt_at, judged_at, people, quality (figures.h), level}: `level` is what happened
/// over what was expected (of values, and of class rates). Empty without `earlier`. kInvalid when
/// two cut-offs are equal, or when a label's window ends after the next cut-off (the model could
/// not have been learnt by then).
Result<Json> RollingOrigins(query::Connection& connection,
                            const TrainOptions& options,
                            const std::map<std::string, Schema>& inputs,
                            const StageContext& context);

}  // namespace signet::pipelines
