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

Json TextsOf(const std::vector<SubjectId>& subjects) {
  Json texts{Json::Array()};
  for (const SubjectId& subject : subjects) texts.Push(UuidText(subject.value));
  return texts;
}

Json TextsOf(const std::vector<Uuid>& uuids) {
  Json texts{Json::Array()};
  for (const Uuid& uuid : uuids) texts.Push(UuidText(uuid));
  return texts;
}

/// Each person of options.persons.
Result<Json> LocateMany(TaskContext& context) {
  const Json& options = context.spec().options;
  std::vector<std::vector<Uuid>> persons;
  persons.reserve(options["persons"].size());
  for (const Json& links : options["persons"].items()) {
    ASSIGN_OR_RETURN(std::vector<Uuid> uuids, UuidsOf(links));
    persons.push_back(std::move(uuids));
  }
  LocateManyOptions many;
  many.with_links = !options["brief"].AsBool();
  ASSIGN_OR_RETURN(const std::vector<SubjectFootprint> found,
                   LocateSubjects(context.sql(), "identity", persons, many));
  Json list{Json::Array()};
  for (const SubjectFootprint& one : found) {
    if (one.subjects.empty()) {
      list.Push(Json());
    } else if (many.with_links) {
      list.Push(Json::Of({{"subject", UuidText(one.subject.value)},
                          {"subjects", TextsOf(one.subjects)},
                          {"links", TextsOf(one.links)}}));
    } else {
      list.Push(Json::Of({{"subject", UuidText(one.subject.value)}}));
    }
  }
  return Json::Of({{"persons", list}});
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
  TRY(context.OpenInputs());
  if (context.spec().options.Has("persons")) {
    ASSIGN_OR_RETURN(context.result().extra, LocateMany(context));
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<Uuid> links, UuidsOf(context.spec().options["links"]));
  ASSIGN_OR_RETURN(const SubjectFootprint found, LocateSubject(context.sql(), "identity", links));
  context.result().extra = Json::Of({{"subject", UuidText(found.subject.value)},
                                     {"subjects", TextsOf(found.subjects)},
                                     {"links", TextsOf(found.links)}});
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

namespace {

/// The rewrite that the task's options describe.
Status RunRewrite(TaskContext& context,
                  std::vector<std::string> subject_columns,
                  std::vector<CellCorrection> corrections) {
  const Json& options = context.spec().options;
  ASSIGN_OR_RETURN(const std::vector<Uuid> uuids, UuidsOf(options["subjects"]));
  std::vector<SubjectId> subjects;
  subjects.reserve(uuids.size());
  for (const Uuid& uuid : uuids) subjects.push_back(SubjectId{uuid});
  const TaskInput& input = context.spec().inputs.at(0);
  const TaskOutput& output = context.Output("out");
  ASSIGN_OR_RETURN(const SecretBytes* digest_key, context.lease().Key("digest"));
  const crypto::HmacKey digest(*digest_key);
  RewriteRequest request;
  request.schema = input.schema;
  request.subject_columns = std::move(subject_columns);
  request.subjects = subjects;
  request.producer = context.spec().Producer();
  request.corrections = std::move(corrections);
  request.keys = [&context](const DekId& id) { return context.lease().Dek(id); };
  request.new_keys = [&](const Piece& old) { return context.DeksLike(output, old); };
  TRY(CheckCorrections(context.sql(), request.schema, request.corrections));
  const RewriteTools tools{context.sql(), context.blobs(), digest, context.entropy()};
  ASSIGN_OR_RETURN(RewriteOutcome outcome, RewriteWithout(tools, input.pieces, request));
  Json replaced{Json::Array()};
  for (const RewrittenPiece& piece : outcome.rewritten) replaced.Push(piece.old.ToJson());
  context.result().figures = outcome.Receipt();
  context.result().extra = Json::Of({{"replaced", replaced}});
  context.result().outputs["out"] = std::move(outcome.pieces);
  return OkStatus();
}

}  // namespace

Status EraseOperator::Run(TaskContext& context) const {
  return RunRewrite(context, context.spec().options["subject_columns"].AsStrings(), {});
}

CorrectOperator::CorrectOperator() {
  signature_.name = "correct";
  signature_.summary = "Rewrites a dataset with other values for some subjects, under new keys.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kGoverned};
  signature_.produces = DatasetKind::kGoverned;
  signature_.in_documents = false;
}

Result<Schema> CorrectOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status CorrectOperator::Run(TaskContext& context) const {
  std::vector<CellCorrection> corrections;
  for (const Json& item : context.spec().options["corrections"].items()) {
    corrections.push_back({item["column"].AsString(), item["value"].AsString()});
  }
  if (corrections.empty()) return Invalid("there is nothing to correct");
  return RunRewrite(context, {std::string(kSubjectColumn)}, std::move(corrections));
}

}  // namespace signet::pipelines
