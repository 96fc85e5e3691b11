#include "pipelines/catalog/resolve_operator.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/identity/resolver.h"
#include "pipelines/identity/suppression_list.h"
#include "policies/consent/alias_list.h"

namespace signet::pipelines {
namespace {

/// The sealed list of those who must not return.
Result<SuppressionList> OpenSuppression(TaskContext& context) {
  if (!context.spec().suppression) return SuppressionList();
  const Stream& stream = *context.spec().suppression;
  ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Dek(stream.dek));
  ASSIGN_OR_RETURN(const Bytes body, OpenBlob(stream, SuppressionHeader(), *key, context.blobs()));
  return SuppressionList::Decode(body);
}

/// The option `signals`: [[value, microseconds]], put there when the task is leased.
Result<std::vector<KeptSignal>> SignalsOf(const Json& options) {
  std::vector<KeptSignal> signals;
  signals.reserve(options["signals"].size());
  for (const Json& item : options["signals"].items()) {
    KeptSignal signal;
    ASSIGN_OR_RETURN(signal.value, UuidFromText(item.items().at(0).AsString()));
    signal.time = item.items().at(1).AsInt();
    signals.push_back(signal);
  }
  return signals;
}

Json FoundJson(const std::vector<FoundSignal>& found) {
  Json list{Json::Array()};
  for (const FoundSignal& one : found) {
    list.Push(Json::Of({{"value", UuidText(one.signal.value)},
                        {"subject", UuidText(one.subject.value)},
                        {"time", one.signal.time}}));
  }
  return list;
}

/// The merged subjects by the partition of whom they are now. All of the table, not only this
/// run's: a run that ended between `resolve` and the ledger must not lose one.
Result<std::map<int, std::vector<policies::SubjectAlias>>> AliasesOf(TaskContext& context) {
  std::map<int, std::vector<policies::SubjectAlias>> aliases;
  ASSIGN_OR_RETURN(const auto rows,
                   context.sql().Query("SELECT DISTINCT subject, alias_of FROM identity_out WHERE "
                                       "alias_of IS NOT NULL ORDER BY ALL"));
  const auto partitions = static_cast<uint32_t>(context.spec().partitions);
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return aliases;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const SubjectId to{chunk.GetUuid(1, r)};
      aliases[static_cast<int>(PartitionOf(to, partitions))].push_back(
          {SubjectId{chunk.GetUuid(0, r)}, to});
    }
  }
}

Status SealAliases(TaskContext& context, const TaskOutput& output) {
  ASSIGN_OR_RETURN(const auto aliases, AliasesOf(context));
  for (const auto& [partition, list] : aliases) {
    const StreamHeader header = FactsHeader(output.dataset, partition, context.spec().Producer());
    ASSIGN_OR_RETURN(const LeasedDek dek, context.OutputDek(output, partition, header.label_class));
    FactDelta delta;
    delta.partition = partition;
    delta.facts = list.size();
    ASSIGN_OR_RETURN(
        delta.stream,
        SealBlob(header, policies::EncodeAliases(list), dek, context.blobs(), context.entropy()));
    context.result().facts.push_back(std::move(delta));
  }
  return OkStatus();
}

}  // namespace

ResolveOperator::ResolveOperator() {
  signature_.name = "resolve";
  signature_.summary = "Joins the link values of all sources into persons.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kTokenised, DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kIdentity;
  signature_.in_documents = false;
  signature_.keys = {"suppression"};
}

Result<Schema> ResolveOperator::Bind(const BindRequest& /*request*/) const {
  return IdentitySchema();
}

Status ResolveOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const ResolveOptions options, ResolveOptions::FromJson(context.spec().options));
  ASSIGN_OR_RETURN(const SuppressionList suppressed, OpenSuppression(context));
  ResolveKeys keys;
  ASSIGN_OR_RETURN(keys.suppression, context.lease().Key("suppression"));
  keys.suppressed = &suppressed;
  ASSIGN_OR_RETURN(const std::vector<KeptSignal> signals, SignalsOf(context.spec().options));
  std::vector<FoundSignal> found;
  keys.signals = &signals;
  keys.found = &found;
  TRY(context.OpenInputs());
  ASSIGN_OR_RETURN(context.result().figures,
                   RunResolve(context.sql(), options, keys, context.entropy(), context.stage()));
  if (!found.empty()) context.result().extra = Json::Of({{"signals", FoundJson(found)}});
  for (const TaskOutput& output : context.spec().outputs) {
    if (output.kind == DatasetKind::kFacts) {
      TRY(SealAliases(context, output));
    } else {
      TRY(context.WriteOutput(output));
    }
  }
  return OkStatus();
}

}  // namespace signet::pipelines
