#include "pipelines/catalog/reveal_operator.h"

#include <optional>
#include <string>
#include <utility>

#include "crypto/primitives/sealed_stream.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/govern/cell_release.h"

namespace signet::pipelines {
namespace {

constexpr const char* kWanted = "signet_wanted";
constexpr const char* kRevealed = "signet_revealed";

/// The subject whose token at the recipient it is; kNotFound.
Result<Uuid> SubjectOf(TaskContext& context, const Uuid& token, uint32_t epoch) {
  ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Key("recipient"));
  const crypto::RecipientTokens tokens(*key, epoch);
  ASSIGN_OR_RETURN(const auto rows, context.sql().Query("SELECT DISTINCT subject FROM rows"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return NotFound("no row belongs to this token");
    for (size_t r = 0; r < chunk.size(); ++r) {
      const Uuid subject = chunk.GetUuid(0, r);
      if (tokens.Token(SubjectId{subject}) == token) return subject;
    }
  }
}

/// All released values, one a line.
Result<std::string> Lines(query::Connection& connection) {
  ASSIGN_OR_RETURN(const auto rows,
                   connection.Query(std::string("SELECT value FROM ") + kRevealed));
  std::string text;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return text;
    for (size_t r = 0; r < chunk.size(); ++r) {
      text += chunk.Text(0, r);
      text += '\n';
    }
  }
}

}  // namespace

RevealOperator::RevealOperator() {
  signature_.name = "reveal";
  signature_.summary = "Opens the escrowed values behind one token, under dual control.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned, DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kAggregate;
  signature_.in_documents = false;
}

Result<Schema> RevealOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status RevealOperator::Run(TaskContext& context) const {
  const Json& options = context.spec().options;
  ASSIGN_OR_RETURN(const Uuid token, UuidFromText(options["token"].AsString()));
  ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Key("reveal"));
  TRY(context.OpenInputs());
  ASSIGN_OR_RETURN(
      const Uuid subject,
      SubjectOf(context, token, static_cast<uint32_t>(options["token_epoch"].AsInt(1))));
  TRY(context.sql().Execute(std::string("CREATE TABLE ") + kWanted + " AS SELECT '" +
                            UuidText(subject) + "'::UUID AS subject"));
  ReleaseSpec release;
  release.source = options["source"].AsString();
  release.column = options["column"].AsString();
  release.view = "rows";
  release.subjects = kWanted;
  release.recipient = options["recipient"].AsString();
  release.rule = options["rule"].AsString();
  ASSIGN_OR_RETURN(const Json figures, ReleaseCells(context.sql(), release, kRevealed));
  ASSIGN_OR_RETURN(std::string text, Lines(context.sql()));
  const Result<Bytes> sealed =
      crypto::SealStream(*key, context.entropy(), AsBytes(kRevealContext), AsBytes(text));
  Wipe(text.data(), text.size());
  if (!sealed.ok()) return sealed.status();
  context.result().extra =
      Json::Of({{"sealed", ToBase64(*sealed)}, {"count", figures["released"]}});
  return OkStatus();
}

}  // namespace signet::pipelines
