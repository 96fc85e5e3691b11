/// The `check` stage: named assertions about data; figures hold counts only.
///
/// In: any inputs; out: kind aggregate, one row per assertion. Sees all partitions. A failed
/// assertion of level `block` ends the step with kInvalid; of level `warn` it is reported.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct AssertionOptions {
  enum class Kind { kMinRows, kMaxNullShare, kUnique, kRange, kAlways, kSql };

  std::string name;
  Kind kind = Kind::kMinRows;
  std::string input;                 ///< default: the only input
  std::vector<std::string> columns;  ///< what it speaks of
  double limit = 0;                  ///< rows, share, or violations allowed
  std::optional<double> low, high;   ///< range
  std::string expression;  ///< kAlways: boolean SQL; kSql: SELECT of one count of violations
  bool blocks = true;
};

struct CheckOptions {
  std::vector<AssertionOptions> assertions;

  static Result<CheckOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> CheckOutputSchema(const CheckOptions& options,
                                 const std::map<std::string, Schema>& inputs);

/// Figures: passed, warnings, and per assertion {passed, measured, limit, level}.
Result<Json> RunCheck(query::Connection& connection,
                      const CheckOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
