/// What acting on a subject's right needs of a worker: locating a person, rewriting a dataset.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `locate`: from link values to the person. In: identities; options: links (UUID texts), or
/// persons (a list of such lists) with brief (true: no link values in the result). Its result names
/// the subject, aliases and link values, of each person in turn (null: not known, or not one); it
/// writes nothing.
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

/// `correct`: pieces of one dataset with other values in the rows of some subjects, under new keys
/// (GDPR Art. 16). In: the dataset; options: subjects, corrections ([{column, value}]). kInvalid
/// for a value that is not of its column's type: nothing is rewritten.
class CorrectOperator final : public Operator {
 public:
  CorrectOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
