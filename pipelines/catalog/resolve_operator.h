/// `resolve`: link values of all sources become persons; added by the planner.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: link columns of all tokenised data and the state of identities; out: the new state of them.
class ResolveOperator final : public Operator {
 public:
  ResolveOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
