#include "pipelines/catalog/rights_operators.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/erasure/piece_rewriter.h"
#include "pipelines/erasure/subject_locator.h"
#include "pipelines/identity/identity_table.h"

namespace signet::pipelines {
namespace {

Result<std::vector<Uuid>> UuidsOf(const Json& list) {
  std::vector<Uuid> uuids;
  for (const Json& item : list.items()) {
    ASSIGN_OR_RETURN(const Uuid uuid, UuidFromText(item.AsString()));
    uuids.push_back(uuid);
  }
  return uuids;
}

}  // namespace

LocateOperator::LocateOperator() {
  signature_.name = "locate";
  signature_.summary = "Finds a person by link values.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kAggregate;
  signature_.in_documents = false;
}

Result<Schema> LocateOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status LocateOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const std::vector<Uuid> links, UuidsOf(context.spec().options["links"]));
  TRY(context.OpenInputs());
  ASSIGN_OR_RETURN(const SubjectFootprint found, LocateSubject(context.sql(), "identity", links));
  Json subjects{Json::Array()};
  for (const SubjectId& subject : found.subjects) subjects.Push(UuidText(subject.value));
  Json values{Json::Array()};
  for (const Uuid& link : found.links) values.Push(UuidText(link));
  context.result().extra = Json::Of(
      {{"subject", UuidText(found.subject.value)}, {"subjects", subjects}, {"links", values}});
  return OkStatus();
}

EraseOperator::EraseOperator() {
  signature_.name = "erase";
  signature_.summary = "Rewrites a dataset without some subjects, under new keys.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned,
                        DatasetKind::kFeatures,
                        DatasetKind::kScores,
                        DatasetKind::kSegment,
                        DatasetKind::kIdentity};
  signature_.produces = DatasetKind::kGoverned;
  signature_.in_documents = false;
}

Result<Schema> EraseOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status EraseOperator::Run(TaskContext& context) const {
  const Json& options = context.spec().options;
  ASSIGN_OR_RETURN(const std::vector<Uuid> uuids, UuidsOf(options["subjects"]));
  std::vector<SubjectId> subjects;
  for (const Uuid& uuid : uuids) subjects.push_back(SubjectId{uuid});
  const TaskInput& input = context.spec().inputs.at(0);
  const TaskOutput& output = context.Output("out");
  ASSIGN_OR_RETURN(const SecretBytes* digest_key, context.lease().Key("digest"));
  const crypto::HmacKey digest(*digest_key);
  RewriteRequest request;
  request.schema = input.schema;
  request.subject_columns = options["subject_columns"].AsStrings();
  request.subjects = subjects;
  request.producer = context.spec().Producer();
  request.keys = [&context](const DekId& id) { return context.lease().Dek(id); };
  request.new_keys = [&](const Piece& old) -> Result<std::map<policies::LabelClass, LeasedDek>> {
    std::map<policies::LabelClass, LeasedDek> deks;
    for (const Stream& stream : old.streams) {
      ASSIGN_OR_RETURN(deks[stream.label_class],
                       context.OutputDek(output, old.partition, stream.label_class));
    }
    return deks;
  };
  const RewriteTools tools{context.sql(), context.blobs(), digest, context.entropy()};
  ASSIGN_OR_RETURN(RewriteOutcome outcome, RewriteWithout(tools, input.pieces, request));
  Json replaced{Json::Array()};
  for (const RewrittenPiece& piece : outcome.rewritten) replaced.Push(piece.old.ToJson());
  context.result().figures = outcome.Receipt();
  context.result().extra = Json::Of({{"replaced", replaced}});
  context.result().outputs["out"] = std::move(outcome.pieces);
  return OkStatus();
}

}  // namespace signet::pipelines
