/// `tokenise` and `reference`: one source file, read exactly once; added by the planner.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: a file; out: kind tokenised (sealed under a run key), or kind reference for a source that is
/// about nobody. Options: source (SourceSpec), file.
class SourceOperator final : public Operator {
 public:
  enum class About { kPersons, kNobody };

  explicit SourceOperator(About about);
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
