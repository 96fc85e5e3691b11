/// How log entries name a person: made where the person's log key may be seen, by a worker.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `subject_refs`: in: the keyring (view `keyring`); options: subjects (UUID texts, the first is
/// the person), nonces (hex: a reference is made for each), refs (texts: which of them are the
/// person's?). Or people: a list of {subjects, nonces}, for whom its result has `people`: a list of
/// lists. Else its result has `made` and `matching`; the keys stay in the worker.
class SubjectRefsOperator final : public Operator {
 public:
  SubjectRefsOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
