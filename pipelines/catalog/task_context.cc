#include "pipelines/catalog/task_context.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/log.h"
#include "crypto/base/text.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/record/option_doc.h"
#include "policies/consent/ledger.h"

namespace signet::pipelines {
namespace {

constexpr int kMemoryMb = 900;
constexpr std::string_view kFileStore = "file:";

}  // namespace

Result<std::unique_ptr<TaskContext>> TaskContext::Open(
    TaskAssignment task,
    Progress progress,
    const std::vector<std::string>& readable_paths,
    std::unique_ptr<query::EngineImage> image) {
  std::unique_ptr<TaskContext> context(new TaskContext());
  const std::string& blobs = task.spec.blobs;
  if (blobs.compare(0, kFileStore.size(), kFileStore) != 0) {
    return Invalid("artifact store " + blobs + " is not of the form file:PATH");
  }
  context->blobs_ = std::make_unique<FileBlobStore>(blobs.substr(kFileStore.size()));
  context->reader_ = std::make_unique<DatasetReader>(*context->blobs_);
  ASSIGN_OR_RETURN(const SecretBytes* digest_key, task.lease.Key("digest"));
  context->digest_key_ = std::make_unique<crypto::HmacKey>(*digest_key);
  context->engine_ends_with_process_ = image != nullptr;
  if (image != nullptr) {
    ASSIGN_OR_RETURN(context->database_, image->Lock(readable_paths));
  } else {
    ASSIGN_OR_RETURN(context->database_, query::Database::Open({1, kMemoryMb, readable_paths}));
  }
  context->connection_ = context->database_->Connect();
  context->task_ = std::move(task);
  context->progress_ = std::move(progress);
  return context;
}

TaskContext::~TaskContext() {
  if (!engine_ends_with_process_) return;
  static_cast<void>(connection_.release());
  static_cast<void>(database_.release());
}

Result<std::unique_ptr<query::EngineImage>> OpenTaskEngineAhead() {
  return query::EngineImage::Open(kMemoryMb);
}

StageContext TaskContext::stage() const {
  StageContext stage = spec().Context();
  stage.progress = progress_;
  stage.scratch = spec().blobs.substr(kFileStore.size());
  return stage;
}

Status TaskContext::OpenInputs() {
  for (const TaskInput& input : spec().inputs) TRY(OpenInput(input));
  return OkStatus();
}

Result<std::map<policies::LabelClass, LeasedDek>> TaskContext::DeksLike(const TaskOutput& output,
                                                                        const Piece& old) const {
  std::map<policies::LabelClass, LeasedDek> deks;
  for (const Stream& stream : old.streams) {
    ASSIGN_OR_RETURN(deks[stream.label_class],
                     OutputDek(output, old.partition, stream.label_class));
  }
  return deks;
}

Result<std::vector<SubjectId>> TaskContext::AllowedSubjects(const TaskInput& input) {
  std::vector<SubjectId> allowed;
  for (const ConsentView& view : input.allowed) {
    const StreamHeader expected = ConsentViewHeader(spec().purpose, view.partition);
    ASSIGN_OR_RETURN(const SecretBytes* key, lease().Dek(view.stream.dek));
    ASSIGN_OR_RETURN(const Bytes body, OpenBlob(view.stream, expected, *key, *blobs_));
    ASSIGN_OR_RETURN(const std::vector<SubjectId> subjects, policies::DecodeView(body));
    allowed.insert(allowed.end(), subjects.begin(), subjects.end());
  }
  std::sort(allowed.begin(), allowed.end());
  return allowed;
}

Status TaskContext::OpenInput(const TaskInput& input) {
  RowLimits limits;
  std::vector<SubjectId> allowed;
  if (input.subjects_filtered) {
    ASSIGN_OR_RETURN(allowed, AllowedSubjects(input));
    limits.allowed = std::span<const SubjectId>(allowed);
  }
  if (input.before) {
    limits.row_filter = SqlName(input.before_column) + " < " + TimestampSql(*input.before);
    limits.filter_columns = {input.before_column};
  }
  const DekLookup keys = [this](const DekId& id) { return lease().Dek(id); };
  const Status opened =
      reader_->OpenView(*connection_, input.name, input.schema, input.pieces, keys, limits);
  Log(LogLevel::kInfo,
      "input opened",
      Json::Of({{"input", input.name},
                {"columns", input.schema.columns.size()},
                {"pieces", input.pieces.size()}}));
  return opened.WithContext("input '" + input.name + "'");
}

const TaskOutput& TaskContext::Output(const std::string& name) const {
  for (const TaskOutput& output : spec().outputs) {
    if (output.name == name) return output;
  }
  CheckFailed("the planner gives every operator its outputs", __FILE__, __LINE__, name);
}

Result<LeasedDek> TaskContext::OutputDek(const TaskOutput& output,
                                         int partition,
                                         policies::LabelClass label_class) const {
  const auto found = output.deks.find(OutputKey(partition, label_class));
  if (found == output.deks.end()) {
    return Denied("the lease has no key for " + output.dataset + " " +
                  OutputKey(partition, label_class));
  }
  LeasedDek dek;
  dek.id = found->second;
  ASSIGN_OR_RETURN(dek.key, lease().Dek(found->second));
  return dek;
}

WriteRequest TaskContext::RequestFor(const TaskOutput& output) const {
  WriteRequest request;
  request.dataset = output.dataset;
  request.kind = output.kind;
  request.schema = output.schema;
  request.producer = spec().Producer();
  request.with_content = output.kind != DatasetKind::kTokenised;
  return request;
}

Result<std::map<policies::LabelClass, LeasedDek>> TaskContext::DeksFor(const TaskOutput& output,
                                                                       int partition) const {
  std::map<policies::LabelClass, LeasedDek> deks;
  for (const Column& column : output.schema.columns) {
    const policies::LabelClass label_class = column.label.label_class;
    ASSIGN_OR_RETURN(deks[label_class], OutputDek(output, partition, label_class));
  }
  return deks;
}

Status TaskContext::TakePieces(const TaskOutput& output, std::vector<Piece> pieces) {
  uint64_t rows = 0;
  for (const Piece& piece : pieces) rows += piece.rows;
  result_.rows += rows;
  Log(LogLevel::kInfo,
      "output written",
      Json::Of({{"output", output.name}, {"rows", rows}, {"pieces", pieces.size()}}));
  result_.outputs[output.name] = std::move(pieces);
  return OkStatus();
}

Status TaskContext::WriteOutput(const TaskOutput& output, const std::string& partition_column) {
  WriteRequest request = RequestFor(output);
  if (!output.partitioned) {
    request.partition = spec().partition;
    ASSIGN_OR_RETURN(request.deks, DeksFor(output, request.partition));
    ASSIGN_OR_RETURN(
        Piece piece,
        WritePiece(*connection_, output.name, request, *digest_key_, *blobs_, entropy_));
    return TakePieces(output, {std::move(piece)});
  }
  const PartitionKeys keys = [&](int partition) { return DeksFor(output, partition); };
  ASSIGN_OR_RETURN(std::vector<Piece> pieces,
                   WritePartitioned(*connection_,
                                    output.name,
                                    {spec().partitions, keys, partition_column},
                                    request,
                                    {*digest_key_, *blobs_, entropy_}));
  return TakePieces(output, std::move(pieces));
}

Status TaskContext::WriteOutput(const TaskOutput& output, PartitionTables& tables) {
  const PartitionKeys keys = [&](int partition) { return DeksFor(output, partition); };
  ASSIGN_OR_RETURN(std::vector<Piece> pieces,
                   WritePartitionTables(*connection_,
                                        tables,
                                        {spec().partitions, keys, {}},
                                        RequestFor(output),
                                        {*digest_key_, *blobs_, entropy_}));
  return TakePieces(output, std::move(pieces));
}

}  // namespace signet::pipelines
