/// What acting on a subject's right needs of a worker: locating a person, rewriting a dataset.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `locate`: from link values to the person. In: identities; options: links (UUID texts). Its
/// result names the subject, aliases and link values; it writes nothing.
class LocateOperator final : public Operator {
 public:
  LocateOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

/// `erase`: pieces of one dataset without the rows of some subjects, under new keys. In: the
/// dataset; options: subjects (UUID texts), subject_columns. Its result lists what it replaced.
class EraseOperator final : public Operator {
 public:
  EraseOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
