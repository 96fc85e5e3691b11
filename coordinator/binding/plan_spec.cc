// PlanBinder's half that tells the scheduler what there is to do, and the cache what it depends on.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/plan_binder.h"

namespace signet::coordinator {
namespace {

using pipelines::DatasetKind;
using pipelines::Piece;
using pipelines::PlannedInput;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;
using pipelines::Shape;

/// Steps whose tasks are functions of their inputs alone. The others read files, change the state
/// or hand something out: they are done each time.
bool IsPure(const PlannedStep& step) {
  if (step.shape != Shape::kPerPartition && step.shape != Shape::kOnce) return false;
  for (const char* op : {"tokenise", "resolve", "gate", "load", "reference", "publish"}) {
    if (step.op == op) return false;
  }
  return std::none_of(step.outputs.begin(), step.outputs.end(), [](const PlannedOutput& output) {
    return output.ephemeral || output.kind == DatasetKind::kSnapshot ||
           output.kind == DatasetKind::kGoverned || output.kind == DatasetKind::kIdentity;
  });
}

StepWhen WhenOf(const std::string& name) {
  if (name == "failure") return StepWhen::kFailed;
  return name == "always" ? StepWhen::kAlways : StepWhen::kSucceeded;
}

void TakeRunOptions(const pipelines::StepRunOptions& options, StepSpec& step) {
  step.retry = {options.failures_max, options.delay_ms, options.delay_ms_max};
  step.timeouts = {options.attempt_ms, options.queue_ms, options.start_ms};
  step.pool = options.pool;
  step.when = WhenOf(options.when);
  step.needs = {options.labels, options.memory_mb, options.cpu_milli};
}

/// Nothing waits for ever: who has not agreed in a week does not agree.
constexpr int64_t kApprovalMsMax = int64_t{7} * 86'400'000;

/// What is waited for before a step that needs approvals.
StepSpec ApprovalBefore(const StepSpec& step, int approvals) {
  StepSpec approval;
  approval.id = StepId(step.id.text() + ".approval");
  approval.local = true;
  approval.approvals = approvals;
  approval.timeouts.queue_ms = kApprovalMsMax;
  approval.when = step.when;
  for (const Dependency& edge : step.after) approval.after.push_back({edge.step, false});
  return approval;
}

/// What `step` waits for, with the steps that write what it reads: task by task where both walk
/// over the same partitions.
std::vector<Dependency> EdgesOf(const pipelines::Plan& plan,
                                const PlannedStep& step,
                                const std::map<std::string, std::string>& writers,
                                StepWhen when) {
  std::map<std::string, bool> after;  // step -> partitionwise
  for (const std::string& id : step.after) after[id] = false;
  for (const PlannedInput& input : step.inputs) {
    const auto writer = writers.find(input.dataset);
    if (writer == writers.end()) continue;
    const PlannedStep* from = plan.Find(writer->second);
    const bool partitionwise = step.shape == Shape::kPerPartition &&
                               from->shape == Shape::kPerPartition && from->tasks == step.tasks &&
                               when == StepWhen::kSucceeded;
    const auto [at, added] = after.emplace(writer->second, partitionwise);
    if (!added) at->second = at->second && partitionwise;
  }
  std::vector<Dependency> edges;
  edges.reserve(after.size());
  for (const auto& [id, partitionwise] : after) edges.push_back({StepId(id), partitionwise});
  return edges;
}

}  // namespace

RunSpec PlanBinder::Spec() const {
  RunSpec spec;
  spec.id = run_;
  spec.pipeline = plan_.pipeline;
  spec.context = plan_digest_;
  spec.pools = plan_.run.pools;
  spec.shared_pools = plan_.run.shared_pools;
  spec.total_ms = plan_.run.total_ms;
  spec.priority = plan_.run.priority;
  std::map<std::string, std::string> writers;
  for (const PlannedStep& step : plan_.steps) {
    StepSpec out;
    out.id = StepId(step.id);
    out.local = step.shape == Shape::kLocal;
    out.tasks = out.local ? plan_.partitions : step.tasks;
    out.allow_failure = step.may_warn;
    TakeRunOptions(step.run, out);
    if (IsPure(step)) out.second_after_ms = step.run.straggler_ms;
    out.cached = IsCached(step) && !recompute_all_ && recompute_.count(step.id) == 0;
    out.after = EdgesOf(plan_, step, writers, out.when);
    for (const PlannedOutput& output : step.outputs) writers[output.dataset] = step.id;
    if (step.run.approvals > 0) {
      StepSpec approval = ApprovalBefore(out, step.run.approvals);
      out.after.push_back({approval.id, false});
      spec.steps.push_back(std::move(approval));
    }
    spec.steps.push_back(std::move(out));
  }
  return spec;
}

bool PlanBinder::IsCached(const PlannedStep& step) const {
  return IsPure(step);
}

Result<std::optional<Bytes>> PlanBinder::LookUp(const TaskRef& task) {
  const PlannedStep* step = plan_.Find(task.step.text());
  CHECK(step != nullptr);
  ASSIGN_OR_RETURN(const std::string key, CacheKeyOf(*step, task.task));
  NoteBound(task);
  return cache_.Find(step->id, task.task, key);
}

/// Everything that the task's result depends on: operator, options, moment, seed, policy, and the
/// contents of its inputs as the purpose may see them now.
Result<std::string> PlanBinder::CacheKeyOf(const PlannedStep& step, int task) {
  Json inputs{Json::Array()};
  for (const PlannedInput& input : step.inputs) {
    const Result<Json> facts = CacheFactsOf(input, step, task);
    if (!facts.ok()) return facts.status();
    inputs.Push(*facts);
  }
  Json outputs{Json::Array()};
  for (const PlannedOutput& output : step.outputs) {
    outputs.Push(Json::Of({{"name", output.name}, {"schema", output.schema.ToJson()}}));
  }
  const Json& options =
      step.task_options.empty() ? step.options : step.task_options[static_cast<size_t>(task)];
  return cache_.KeyOf(Json::Of({{"format", 1},
                                {"operator", step.operator_digest},
                                {"options", options},
                                {"purpose", step.purpose},
                                {"policy", plan_.policy_digest},
                                {"as_of", plan_.as_of.micros},
                                {"seed", std::to_string(plan_.seed)},
                                {"partitions", plan_.partitions},
                                {"task", task},
                                {"inputs", inputs},
                                {"outputs", outputs}}));
}

Result<Json> PlanBinder::CacheFactsOf(const PlannedInput& input,
                                      const PlannedStep& step,
                                      int task) {
  ASSIGN_OR_RETURN(const std::vector<Piece> pieces, PiecesOf(input, step, task));
  // A piece is named by its rows' keyed digest; what has none (a model) by its ciphertext.
  std::vector<std::string> names;
  for (const Piece& piece : pieces) {
    std::string name = std::to_string(piece.partition) + "/" + piece.content;
    for (const pipelines::Stream& stream : piece.streams) {
      if (piece.content.empty()) name += "/" + stream.blob_digest;
    }
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  Json views{Json::Array()};
  if (input.subjects_filtered) {
    const policies::Relation relation = RelationOf(step, task);
    const int only = step.shape == Shape::kPerPartition ? task : -1;
    for (int partition = 0; partition < plan_.partitions; ++partition) {
      if (only >= 0 && partition != only) continue;
      ASSIGN_OR_RETURN(const std::string digest, ViewDigest(step.purpose, relation, partition));
      views.Push(digest);
    }
  }
  Json facts = Json::Of({{"name", input.name},
                         {"schema", input.schema.ToJson()},
                         {"pieces", Json::Strings(names)},
                         {"views", views},
                         {"before_column", input.before_column}});
  if (input.before) facts.Set("before", input.before->micros);
  return facts;
}

/// Who the purpose may use now, as one keyed digest.
Result<std::string> PlanBinder::ViewDigest(const std::string& purpose,
                                           policies::Relation relation,
                                           int partition) {
  const ViewKey key{purpose, relation, partition, ledger_.version()};
  if (const auto found = view_digests_.find(key); found != view_digests_.end()) {
    return found->second;
  }
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const Bytes view = policies::EncodeView(ledger->AllowedFor(policy_, purpose, relation));
  const std::string digest = cache_.KeyOf(Json::Of({{"view", ToHex(view)}}));
  view_digests_[key] = digest;
  return digest;
}

}  // namespace signet::coordinator
