/// `collect`: what one dataset holds about a person, for the answer to a request (GDPR Art. 15,
/// 20).
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// The context under which the rows are sealed for the one who asked.
inline constexpr char kCollectContext[] = "signet/collect/v1";

/// In: any dataset with a subject as view `rows`, and the keyring as `keyring` where there is one.
/// Options: subjects (UUID texts), dataset (its name: sealed cells are bound to it). Leased keys:
/// "reveal" (seals the answer, known to the asker alone), "cell" (the dataset's, optional). Its
/// result has `sealed` (base64 of a sealed stream over a JSON list of rows, values as text, without
/// the subject), `rows` and `unreadable`; nothing else leaves the worker. kExhausted beyond
/// kCollectRowsMax rows.
class CollectOperator final : public Operator {
 public:
  static constexpr int64_t kCollectRowsMax = 100'000;

  CollectOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
