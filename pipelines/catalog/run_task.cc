#include "pipelines/catalog/run_task.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/log.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/catalog/task_context.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

EnginesAhead OpenEnginesAhead() {
  EnginesAhead engines;
  Result<std::unique_ptr<query::EngineImage>> image = OpenTaskEngineAhead();
  if (image.ok()) {
    engines.image = std::move(image).value();
  } else {
    Log(LogLevel::kWarning,
        "no engine was opened ahead",
        Json::Of({{"why", image.status().message()}}));
  }
  engines.analyses = std::make_unique<query::AnalysisSession>();
  // Opens it. What is found is of no use; were it refused, each task would be refused and say so.
  static_cast<void>(query::AnalyseExpression(
      "amount >= 1.5 AND label = 'a'",
      "ahead",
      Schema{{{"amount", ColumnType::kDouble, {}}, {"label", ColumnType::kText, {}}}}));
  return engines;
}

Result<Bytes> RunTask(ByteView payload,
                      const std::function<void(double)>& progress,
                      std::unique_ptr<query::EngineImage> image) {
  ASSIGN_OR_RETURN(TaskAssignment task, TaskAssignment::Decode(payload));
  const Operator* op = FindOperator(task.spec.op);
  if (op == nullptr) return Invalid("this worker has no operator '" + task.spec.op + "'");
  if (OperatorDigest(*op) != task.spec.operator_digest) {
    return Denied("operator '" + task.spec.op + "' of this worker is not the one that was planned")
        .WithRemedy("run coordinator and workers of the same version");
  }
  Log(LogLevel::kInfo,
      "task begins",
      Json::Of({{"operator", task.spec.op}, {"inputs", task.spec.inputs.size()}}));
  // The one file that a task of this kind may read in the clear.
  std::vector<std::string> readable;
  if (const Json& file = task.spec.options["file"]; file.is_string()) {
    readable.push_back(file.AsString());
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<TaskContext> context,
                   TaskContext::Open(std::move(task), progress, readable, std::move(image)));
  TRY(op->Run(*context));
  return context->result().Encode();
}

}  // namespace signet::pipelines
