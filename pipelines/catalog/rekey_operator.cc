#include "pipelines/catalog/rekey_operator.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "crypto/pseudonym/cover.h"
#include "pipelines/artifacts/reseal.h"
#include "pipelines/erasure/piece_rewriter.h"
#include "pipelines/govern/key_renewal.h"

namespace signet::pipelines {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kNextLink = "signet_next_link";

Status RegisterNextLink(query::Connection& connection, const SecretBytes& covers) {
  const auto change = std::make_shared<const crypto::CoverChange>(covers);
  query::ScalarFunction function{kNextLink, {ColumnType::kUuid}, ColumnType::kUuid, {}};
  function.run = [change](const query::Arguments& in, query::ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (!in.AnyNull(r)) out.SetUuid(r, change->Of(in[0].GetUuid(r)));
    }
    return OkStatus();
  };
  return connection.RegisterFunction(std::move(function));
}

Status RewriteValues(TaskContext& context, Values values) {
  const TaskInput& input = context.spec().inputs.at(0);
  const TaskOutput& output = context.Output("out");
  ASSIGN_OR_RETURN(const SecretBytes* digest_key, context.lease().Key("digest"));
  const crypto::HmacKey digest(*digest_key);
  ColumnRewrite rewrite;
  rewrite.schema = input.schema;
  rewrite.values = std::move(values);
  rewrite.producer = context.spec().Producer();
  rewrite.keys = [&context](const DekId& id) { return context.lease().Dek(id); };
  rewrite.new_keys = [&](const Piece& old) { return context.DeksLike(output, old); };
  const RewriteTools tools{context.sql(), context.blobs(), digest, context.entropy()};
  ASSIGN_OR_RETURN(context.result().outputs["out"], RewriteColumns(tools, input.pieces, rewrite));
  uint64_t rows = 0;
  for (const Piece& piece : input.pieces) rows += piece.rows;
  context.result().figures = Json::Of({{"pieces", input.pieces.size()}, {"rows", rows}});
  return OkStatus();
}

Status RenewLinks(TaskContext& context) {
  ASSIGN_OR_RETURN(const SecretBytes* covers, context.lease().Key("covers"));
  TRY(RegisterNextLink(context.sql(), *covers));
  return RewriteValues(context, {{"link", std::string(kNextLink) + "(link)"}});
}

Status RenewKeyring(TaskContext& context) {
  ASSIGN_OR_RETURN(const SecretBytes* secret, context.lease().Key("renewal"));
  TRY(RegisterKeyringRenewal(context.sql(), std::make_shared<const KeyRenewal>(*secret)));
  return RewriteValues(context,
                       {{"cell_key", "signet_next_cell_key(subject, cell_key)"},
                        {"log_key", "signet_next_log_keys(subject, log_key)"}});
}

/// The key under that name as a sealer; null when it is not in the lease.
std::shared_ptr<const CellSealer> SealerOf(TaskContext& context, const char* name) {
  const Result<const SecretBytes*> key = context.lease().Key(name);
  return key.ok() ? std::make_shared<const CellSealer>(**key) : nullptr;
}

Status RenewCells(TaskContext& context) {
  const TaskSpec& spec = context.spec();
  CellRenewal cells;
  cells.source = spec.options["source"].AsString();
  ASSIGN_OR_RETURN(const SecretBytes* secret, context.lease().Key("renewal"));
  cells.renewal = std::make_shared<const KeyRenewal>(*secret);
  if (spec.inputs.size() > 1) {
    TRY(context.OpenInput(spec.inputs[1]));
    ASSIGN_OR_RETURN(cells.keyring, Keyring::Load(context.sql(), "keyring"));
  }
  cells.before = SealerOf(context, "cell");
  cells.next = SealerOf(context, "cell_next");
  std::vector<std::string> columns;
  Values values;
  for (const Column& column : spec.inputs.at(0).schema.columns) {
    if (column.type != ColumnType::kBytes) continue;
    values.emplace_back(
        column.name, CellRenewalName(columns.size()) + "(subject, " + SqlName(column.name) + ")");
    columns.push_back(column.name);
  }
  ASSIGN_OR_RETURN(const auto counts, RegisterCellRenewal(context.sql(), cells, columns));
  TRY(RewriteValues(context, std::move(values)));
  context.result().figures.Set("cells", counts->renewed.load());
  context.result().figures.Set("unreadable", counts->unreadable.load());
  return OkStatus();
}

Status ResealAll(TaskContext& context) {
  const TaskInput& input = context.spec().inputs.at(0);
  const TaskOutput& output = context.Output("out");
  std::vector<Piece> pieces;
  uint64_t streams = 0;
  uint64_t bytes = 0;
  for (const Piece& old : input.pieces) {
    Piece piece = old;
    for (Stream& stream : piece.streams) {
      ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Dek(stream.dek));
      ASSIGN_OR_RETURN(const LeasedDek fresh,
                       context.OutputDek(output, old.partition, stream.label_class));
      ASSIGN_OR_RETURN(stream, Reseal(stream, *key, fresh, context.blobs(), context.entropy()));
      ++streams;
      bytes += stream.bytes;
    }
    pieces.push_back(std::move(piece));
  }
  context.result().figures =
      Json::Of({{"pieces", pieces.size()}, {"streams", streams}, {"bytes", bytes}});
  context.result().outputs["out"] = std::move(pieces);
  return OkStatus();
}

}  // namespace

RekeyOperator::RekeyOperator() {
  signature_.name = "rekey";
  signature_.summary = "Seals a dataset anew, under other data keys.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned,
                        DatasetKind::kFeatures,
                        DatasetKind::kScores,
                        DatasetKind::kSegment,
                        DatasetKind::kReference,
                        DatasetKind::kModel,
                        DatasetKind::kAggregate,
                        DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kGoverned;
  signature_.in_documents = false;
}

Result<Schema> RekeyOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status RekeyOperator::Run(TaskContext& context) const {
  const std::string renew = context.spec().options["renew"].AsString();
  if (renew.empty()) return ResealAll(context);
  if (renew == "links") return RenewLinks(context);
  if (renew == "keyring") return RenewKeyring(context);
  if (renew == "cells") return RenewCells(context);
  return Internal("rekey knows no '" + renew + "'");
}

}  // namespace signet::pipelines
