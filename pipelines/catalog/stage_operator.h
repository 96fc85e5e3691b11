/// The adapter that makes an operator of a plain typed stage.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// The input schemas of a task, by view name.
std::map<std::string, Schema> InputSchemas(const TaskSpec& spec);

/// A signature without keys or options, for documents.
OperatorSignature Signature(std::string name,
                            std::string summary,
                            Shape shape,
                            std::vector<DatasetKind> accepts,
                            DatasetKind produces);

/// Adapts `RunStage(connection, options, inputs, context)`, which fills the table `out`, and its
/// transfer function. `Options` has FromJson and Options (see pipelines/README.md).
template <typename Options, auto OutputSchemaOf, auto RunStage>
class StageOperator final : public Operator {
 public:
  explicit StageOperator(OperatorSignature signature) : signature_(std::move(signature)) {
    signature_.options = Options::Options();
  }

  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }

  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override {
    ASSIGN_OR_RETURN(const Options options, Options::FromJson(request.options));
    return OutputSchemaOf(options, request.inputs);
  }

  [[nodiscard]] Status Run(TaskContext& context) const override {
    ASSIGN_OR_RETURN(const Options options, Options::FromJson(context.spec().options));
    TRY(context.OpenInputs());
    ASSIGN_OR_RETURN(
        context.result().figures,
        RunStage(context.sql(), options, InputSchemas(context.spec()), context.stage()));
    return context.WriteOutput(context.Output("out"));
  }

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
