/// `publish`: segments become a snapshot under the tokens of one recipient.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: segments, now filtered by consent; out: sealed members. One task per recipient.
class PublishOperator final : public Operator {
 public:
  PublishOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
