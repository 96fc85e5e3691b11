/// `gate`: tokenised rows become governed, facts go to the ledger; added by the planner.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: one tokenised piece, identities, keyring; out: kind governed, split by partition, and facts.
class GateOperator final : public Operator {
 public:
  GateOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
