#include "pipelines/catalog/resolve_operator.h"

#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/identity/resolver.h"
#include "pipelines/identity/suppression_list.h"

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
  TRY(context.OpenInputs());
  ASSIGN_OR_RETURN(context.result().figures,
                   RunResolve(context.sql(), options, keys, context.entropy(), context.stage()));
  for (const TaskOutput& output : context.spec().outputs) TRY(context.WriteOutput(output));
  return OkStatus();
}

}  // namespace signet::pipelines
