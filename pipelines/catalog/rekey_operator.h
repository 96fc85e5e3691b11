/// What an emergency re-key needs of a worker.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `rekey`: every stream of one dataset's pieces under the output's data keys; rows, columns and
/// digests of content stay. In: the dataset. It parses nothing, so it takes every kind.
class RekeyOperator final : public Operator {
 public:
  RekeyOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
