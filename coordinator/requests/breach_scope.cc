#include "coordinator/requests/breach_scope.h"

#include <algorithm>
#include <map>
#include <utility>

#include "crypto/base/text.h"
#include "policies/model/label.h"

namespace signet::coordinator {
namespace {

using policies::ReadableDataset;

void AddColumn(const pipelines::Column& column, ReadableDataset& readable) {
  readable.columns.insert(column.name);
  readable.categories.insert(column.label.categories.begin(), column.label.categories.end());
  readable.special.insert(column.label.special.begin(), column.label.special.end());
  readable.identifiability.emplace(policies::IdentifiabilityName(column.label.identifiability));
}

/// Whether the key, or the generation that it stands for, opens the stream.
bool OpensStream(const std::string& key, const pipelines::Stream& stream) {
  return key.starts_with("kek:") || stream.dek.text() == key;
}

}  // namespace

ReadableDataset& BreachFinder::DatasetFor(const std::string& pipeline,
                                          const std::string& dataset,
                                          const std::string& purpose) {
  for (ReadableDataset& readable : scope_.datasets) {
    if (readable.pipeline == pipeline && readable.dataset == dataset &&
        readable.purpose == purpose) {
      return readable;
    }
  }
  ReadableDataset readable;
  readable.pipeline = pipeline;
  readable.dataset = dataset;
  readable.purpose = purpose;
  scope_.datasets.push_back(std::move(readable));
  return scope_.datasets.back();
}

void BreachFinder::AddStream(const LiveDataset& dataset,
                             const pipelines::Piece& piece,
                             const pipelines::Stream& stream) {
  ReadableDataset& readable = DatasetFor(dataset.owner, dataset.name, "");
  readable.kind = std::string(pipelines::DatasetKindName(dataset.kind));
  readable.label_classes.emplace(policies::LabelClassName(stream.label_class));
  for (const std::string& name : stream.columns) {
    const pipelines::Column* column = dataset.schema.Find(name);
    if (column != nullptr) AddColumn(*column, readable);
  }
  if (readable.partitions.insert(piece.partition).second) readable.rows += piece.rows;
}

/// The live streams that lie under the key, or are the artifact.
Status BreachFinder::AddStreams(const std::string& key, const std::string& artifact) {
  const auto is_hit = [&](const pipelines::Stream& stream) {
    return artifact.empty() ? OpensStream(key, stream) : stream.blob_digest == artifact;
  };
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  for (const LiveDataset& dataset : all) {
    for (const pipelines::Piece& piece : dataset.pieces) {
      for (const pipelines::Stream& stream : piece.streams) {
        if (is_hit(stream)) AddStream(dataset, piece, stream);
      }
    }
  }
  return OkStatus();
}

/// One lease of a step: its inputs' columns of the classes leased, in its partition or in all.
void BreachFinder::AddLease(const Json& lease, const FrozenRun& frozen, uint64_t index) {
  const pipelines::Plan& plan = frozen.run.planned.plan;
  const pipelines::PlannedStep* step = plan.Find(lease["step"].AsString());
  if (step == nullptr) return;
  const std::vector<std::string> names = lease["label_classes"].AsStrings();
  const std::set<std::string> classes(names.begin(), names.end());
  const bool one = step->shape == pipelines::Shape::kPerPartition;
  const int partition = one ? static_cast<int>(lease["task"].AsInt()) : -1;
  const auto add =
      [&](const std::string& dataset, pipelines::DatasetKind kind, const auto& schema) {
        ReadableDataset& readable = DatasetFor(plan.pipeline, dataset, lease["purpose"].AsString());
        readable.kind = std::string(pipelines::DatasetKindName(kind));
        readable.label_classes.insert(classes.begin(), classes.end());
        readable.partitions.insert(partition);
        AddRows(frozen, dataset, partition, readable);
        if (readable.log_entries.empty() || readable.log_entries.back() != index) {
          readable.log_entries.push_back(index);
        }
        for (const pipelines::Column& column : schema.columns) {
          const std::string label_class(policies::LabelClassName(column.label.label_class));
          if (classes.empty() || classes.count(label_class) != 0) AddColumn(column, readable);
        }
      };
  for (const pipelines::PlannedInput& input : step->inputs) {
    add(input.dataset, input.kind, input.schema);
  }
  for (const pipelines::PlannedOutput& out : step->outputs) add(out.dataset, out.kind, out.schema);
}

Status BreachFinder::ReadRows() {
  return state_.audit().reader().Scan(0, [this](uint64_t, ByteView bytes) -> Status {
    if (AsText(bytes).find("\"task.finished\"") == std::string_view::npos) return OkStatus();
    ASSIGN_OR_RETURN(const Json entry, Json::Parse(AsText(bytes)));
    const Json& facts = entry["facts"];
    rows_[entry["run"].AsString() + "/" + facts["step"].AsString()][facts["task"].AsInt()] =
        static_cast<uint64_t>(facts["rows"].AsInt());
    return OkStatus();
  });
}

/// The dataset's rows in one partition or all, as its writer's tasks counted them. A writer whose
/// tasks split their rows over partitions, or write several datasets, gives a bound.
void BreachFinder::AddRows(const FrozenRun& frozen,
                           const std::string& dataset,
                           int partition,
                           policies::ReadableDataset& readable) {
  const std::string key = frozen.id + "/" + dataset + "/";
  const bool known = counted_.count(key + "-1") != 0;
  if (known || !counted_.insert(key + std::to_string(partition)).second) return;
  for (const pipelines::PlannedStep& step : frozen.run.planned.plan.steps) {
    const auto output = std::find_if(
        step.outputs.begin(), step.outputs.end(), [&dataset](const pipelines::PlannedOutput& out) {
          return out.dataset == dataset;
        });
    if (output == step.outputs.end()) continue;
    const bool own_task = step.shape == pipelines::Shape::kPerPartition && !output->partitioned;
    const bool one = own_task && partition >= 0;
    const auto counts = rows_.find(frozen.id + "/" + step.id);
    readable.rows_exact = readable.rows_exact && counts != rows_.end() &&
                          step.outputs.size() == 1 && (own_task || partition < 0);
    if (counts == rows_.end()) continue;
    for (const auto& entry : counts->second) {
      if (!one || entry.first == partition) readable.rows += entry.second;
    }
  }
}

Status BreachFinder::AddLeases(const BreachQuestion& question) {
  TRY(ReadRows());
  std::map<std::string, const FrozenRun*> runs;
  for (const FrozenRun& frozen : facts_.runs()) runs[frozen.id] = &frozen;
  bool known = false;
  TRY(state_.audit().reader().Scan(0, [&](uint64_t index, ByteView bytes) -> Status {
    if (AsText(bytes).find("\"lease.granted\"") == std::string_view::npos) return OkStatus();
    ASSIGN_OR_RETURN(const Json entry, Json::Parse(AsText(bytes)));
    ASSIGN_OR_RETURN(const Timestamp time, TimestampFromText(entry["time"].AsString()));
    if (time < question.since) return OkStatus();
    for (const Json& lease : entry["facts"]["leases"].items()) {
      if (lease["worker"].AsString() != question.worker) continue;
      known = true;
      const auto run = runs.find(entry["run"].AsString());
      if (run != runs.end()) AddLease(lease, *run->second, index);
    }
    return OkStatus();
  }));
  if (known) return OkStatus();
  return NotFound("the log knows no lease of worker '" + question.worker + "'")
      .WithRemedy("`signet audit tail --type lease.granted` names the workers");
}

/// At most so many persons: those of the partitions, all of them where a piece has none.
Status BreachFinder::CountSubjects() {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  std::map<int, uint64_t> persons;
  for (int partition = 0; partition < partitions; ++partition) {
    ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
    persons[partition] = ledger->subjects();
  }
  std::set<int> touched;
  for (ReadableDataset& readable : scope_.datasets) {
    const bool all = readable.partitions.count(-1) != 0;
    for (const auto& entry : persons) {
      if (!all && readable.partitions.count(entry.first) == 0) continue;
      readable.subjects_max += entry.second;
      touched.insert(entry.first);
    }
  }
  for (const int partition : touched) scope_.subjects_max += persons[partition];
  return OkStatus();
}

Result<policies::BreachScope> BreachFinder::Find(const BreachQuestion& question) {
  const int asked = (question.key.empty() ? 0 : 1) + (question.worker.empty() ? 0 : 1) +
                    (question.artifact.empty() ? 0 : 1);
  if (asked != 1) return Invalid("give one of --key, --worker and --artifact");
  scope_ = policies::BreachScope();
  if (question.since.micros != 0) scope_.since = TimestampText(question.since);
  if (!question.worker.empty()) {
    scope_.what = "worker " + question.worker;
    TRY(AddLeases(question));
  } else {
    scope_.what = question.key.empty() ? "artifact " + question.artifact : "key " + question.key;
    TRY(AddStreams(question.key, question.artifact));
    if (scope_.datasets.empty()) {
      return NotFound("no live dataset lies under " + scope_.what)
          .WithRemedy("`signet keys list` shows generations; what was destroyed cannot be read");
    }
  }
  TRY(CountSubjects());
  return scope_;
}

}  // namespace signet::coordinator
