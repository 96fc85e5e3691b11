#include "pipelines/catalog/publish_operator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/pseudonym/recipient_tokens.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/govern/cell_release.h"
#include "pipelines/snapshots/members.h"
#include "pipelines/snapshots/publish.h"

namespace signet::pipelines {
namespace {

constexpr uint32_t kTokenEpoch = 1;
constexpr char kReleasedTable[] = "released";

/// The identifiers of the published subjects, opened by the policy's release rule.
Status Release(TaskContext& context, const PublishOptions& options) {
  std::string subjects;
  for (const std::string& segment : options.segments) {
    if (!subjects.empty()) subjects += " UNION ";
    subjects += "SELECT subject FROM " + SqlName(segment);
  }
  TRY(context.sql().Execute("CREATE TABLE published_subjects AS " + subjects));
  const size_t dot = options.identify_by.find('.');
  ReleaseSpec release;
  release.source = options.identify_by.substr(0, dot);
  release.column = options.identify_by.substr(dot + 1);
  release.view = "released_cells";
  release.subjects = "published_subjects";
  release.recipient = context.spec().options["recipient"].AsString();
  release.rule = context.spec().options["release_rule"].AsString();
  ASSIGN_OR_RETURN(const Json figures, ReleaseCells(context.sql(), release, kReleasedTable));
  context.result().figures.Set("released", figures);
  return OkStatus();
}

Json ListOf(const std::vector<SegmentEntry>& segments) {
  Json list{Json::Array()};
  for (const SegmentEntry& segment : segments) {
    list.Push(Json::Of({{"name", segment.name}, {"members", segment.members}}));
  }
  return list;
}

/// What the coordinator lends of the publication before, where there was one.
Result<ShownMembers> ShownUntilNow(TaskContext& context) {
  const std::vector<TaskInput>& inputs = context.spec().inputs;
  const bool any = std::any_of(inputs.begin(), inputs.end(), [](const TaskInput& input) {
    return input.name == kShownBefore;
  });
  if (!any) return ShownMembers{};
  return ReadShown(context.sql(), kShownBefore);
}

Json ListOf(const std::vector<HeldAdditions>& held) {
  Json list{Json::Array()};
  for (const HeldAdditions& one : held) {
    list.Push(Json::Of({{"name", one.segment}, {"until", TimestampText(one.until)}}));
  }
  return list;
}

Json ListOf(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json list{Json::Array()};
  for (const auto& pair : pairs) list.Push(Json::Strings({pair.first, pair.second}));
  return list;
}

Json ListOf(const std::vector<WithheldSegment>& segments) {
  Json list{Json::Array()};
  for (const WithheldSegment& segment : segments) {
    list.Push(Json::Of({{"name", segment.name}, {"reason", segment.reason}}));
  }
  return list;
}

}  // namespace

PublishOperator::PublishOperator() {
  signature_.name = "publish";
  signature_.summary = "Publishes segments as a signed snapshot under each recipient's own tokens.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {DatasetKind::kSegment};
  signature_.produces = DatasetKind::kSnapshot;
  signature_.keys = {"recipient"};
  signature_.options = PublishOptions::Docs();
}

Result<Schema> PublishOperator::Bind(const BindRequest& request) const {
  TRY(PublishOptions::FromJson(request.options).status());
  Column token;
  token.name = "token";
  token.type = ColumnType::kUuid;
  token.label.identifiability = policies::Identifiability::kPseudonymous;
  token.label.label_class = policies::LabelClass::kLinks;
  return Schema{{token}};
}

Status PublishOperator::Run(TaskContext& context) const {
  const Json& task = context.spec().options;
  ASSIGN_OR_RETURN(const PublishOptions options, PublishOptions::FromJson(task["publish"]));
  TRY(context.OpenInputs());
  PublishGate gate;
  gate.publication.min_group = task["min_group"].AsInt();
  gate.publication.hold_max_s = task["hold_max_s"].AsInt(gate.publication.hold_max_s);
  gate.publication.rule = task["publication_rule"].AsString();
  gate.publication.article = task["publication_article"].AsString();
  if (!options.identify_by.empty()) {
    TRY(Release(context, options));
    gate.identifiers_view = kReleasedTable;
  }
  ASSIGN_OR_RETURN(const ShownMembers shown_before, ShownUntilNow(context));
  gate.shown_before = &shown_before;
  ASSIGN_OR_RETURN(const SecretBytes* key, context.lease().Key("recipient"));
  ASSIGN_OR_RETURN(const SecretBytes* digest_key, context.lease().Key("digest"));
  const crypto::RecipientTokens tokens(*key, kTokenEpoch);
  ASSIGN_OR_RETURN(
      PublishedMembers published,
      CollectMembers(
          context.sql(), options, gate, tokens, crypto::HmacKey(*digest_key), context.stage()));
  TRY(WriteShown(context.sql(), kShown, published.shown));
  TRY(context.WriteOutput(context.Output(kShown)));
  const TaskOutput& output = context.Output("members");
  StreamHeader header;
  header.dataset = output.dataset;
  header.kind = DatasetKind::kSnapshot;
  header.label_class = policies::LabelClass::kLinks;
  header.partition = context.spec().index;
  header.producer = context.spec().Producer();
  ASSIGN_OR_RETURN(const LeasedDek dek,
                   context.OutputDek(output, header.partition, header.label_class));
  Json figures = published.Figures();
  for (const auto& [name, value] : context.result().figures.fields()) figures.Set(name, value);
  const size_t members = published.members.size();
  ASSIGN_OR_RETURN(
      const Stream stream,
      SealBlob(header, EncodeMembers(published.members), dek, context.blobs(), context.entropy()));
  context.result().figures = std::move(figures);
  context.result().rows = members;
  context.result().extra = Json::Of({{"recipient", task["recipient"]},
                                     {"snapshot", options.snapshot},
                                     {"token_epoch", kTokenEpoch},
                                     {"released", options.identify_by},
                                     {"expires_s", options.expires_s},
                                     {"segments", ListOf(published.segments)},
                                     {"withheld", ListOf(published.withheld)},
                                     {"held", ListOf(published.held)},
                                     {"close", ListOf(published.close)},
                                     {"let_by_age", Json::Strings(published.let_by_age)},
                                     {"members", members},
                                     {"content", published.content.Hex()},
                                     {"stream", stream.ToJson()}});
  return OkStatus();
}

}  // namespace signet::pipelines
