/// What an emergency re-key needs of a worker.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `rekey`: every stream of one dataset's pieces under the output's data keys. In: the dataset. The
/// option `renew` says what of its rows has keys of its own, leased beside:
///
///   (none)    rows, columns and digests of content stay; nothing is parsed, so every kind will do
///   links     identities: link values under the next cover (key `covers`)
///   keyring   each person's next keys (key `renewal`)
///   cells     sealed cells of the source named by the option `source`: from the persons' keys
///             (input `keyring`) or the key `cell` to the next ones (keys `renewal`, `cell_next`)
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
