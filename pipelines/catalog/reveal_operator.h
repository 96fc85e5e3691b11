/// What re-identification under dual control needs of a worker.
#pragma once

#include <string_view>

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// The context under which `reveal` seals what it found.
inline constexpr std::string_view kRevealContext = "signet/reveal/v1";

/// `reveal`: from a recipient's token to the escrowed value behind it. In: `rows` (the subject and
/// one escrowed column), `keyring`; options: token (UUID), token_epoch, source, column, recipient,
/// rule; lease: the recipient's key and a key made for this request alone ("reveal"). Its result
/// holds the values, one a line, sealed under that key: nobody reads them before the use is logged.
class RevealOperator final : public Operator {
 public:
  RevealOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
