/// `reference`: one file of reference data, which is about nobody; added by the planner.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: a file; out: kind reference. Options: source (SourceSpec without links), file.
class ReferenceOperator final : public Operator {
 public:
  ReferenceOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
