// PlanBinder's half that turns a planned step into a task's specification and key lease.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/correction_book.h"
#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/plan_binder.h"
#include "coordinator/binding/signal_book.h"
#include "coordinator/binding/suppression_book.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/identity/suppression_list.h"

namespace signet::coordinator {
namespace {

using pipelines::Piece;
using pipelines::PlannedInput;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;
using pipelines::Shape;
using pipelines::TaskAssignment;
using pipelines::TaskInput;
using policies::LabelClass;

constexpr char kViews[] = "@views";

/// Whether a task must open the stream to see its input's columns.
bool MustOpen(const TaskInput& input, const pipelines::Stream& stream) {
  const auto has = [&stream](std::string_view name) {
    return std::find(stream.columns.begin(), stream.columns.end(), name) != stream.columns.end();
  };
  if (input.subjects_filtered && has(pipelines::kSubjectColumn)) return true;
  if (input.before && has(input.before_column)) return true;
  return std::any_of(input.schema.columns.begin(),
                     input.schema.columns.end(),
                     [&has](const pipelines::Column& column) { return has(column.name); });
}

}  // namespace

Result<Bytes> PlanBinder::BindTask(const TaskRef& task) {
  Result<Bytes> bound = Bind(task);
  if (!bound.ok()) notes_.leases().Denied(task, bound.status());
  return bound;
}

Result<Bytes> PlanBinder::Bind(const TaskRef& task) {
  const PlannedStep* step = plan_.Find(task.step.text());
  CHECK(step != nullptr);
  if (!begun_) TRY(LoadStatePieces());
  begun_ = true;
  TaskAssignment out;
  out.spec.run = run_.text();
  out.spec.step = step->id;
  out.spec.index = task.task;
  out.spec.attempt = task.attempt;
  out.spec.op = step->op;
  out.spec.options = step->task_options.empty()
                         ? step->options
                         : step->task_options[static_cast<size_t>(task.task)];
  out.spec.purpose = step->purpose;
  out.spec.as_of = plan_.as_of;
  out.spec.seed = plan_.seed;
  out.spec.partition = step->shape == Shape::kPerPartition ? task.task : -1;
  out.spec.partitions = plan_.partitions;
  out.spec.plan_digest = plan_digest_;
  out.spec.operator_digest = step->operator_digest;
  out.spec.blobs = "file:" + state_.blobs_path().string();
  NoteBound(task);
  for (const PlannedInput& input : step->inputs) TRY(BindInput(*step, input, task, out));
  TRY(BindOutputs(*step, task, out));
  TRY(BindKeys(*step, task, out));
  if (step->op == "resolve") {
    TRY(BindSuppression(out));
    ASSIGN_OR_RETURN(Json signals, SignalBook(state_).ForResolve());
    if (signals.size() > 0) out.spec.options.Set("signals", std::move(signals));
  }
  if (step->op == "publish") TRY(BindShown(*step, task, out));
  if (step->op == "gate") {
    ASSIGN_OR_RETURN(Json corrections, CorrectionBook(state_).ForGate(plan_.pipeline));
    if (corrections.size() > 0) out.spec.options.Set("corrections", std::move(corrections));
  }
  notes_.leases().Granted(task, out);
  return out.Encode();
}

Result<std::vector<Piece>> PlanBinder::PiecesOf(const PlannedInput& input,
                                                const PlannedStep& step,
                                                int task) {
  if (const auto state = state_pieces_.find(input.dataset); state != state_pieces_.end()) {
    return state->second;
  }
  if (input.approved) {
    return ModelRegistry(state_).ApprovedPieces({plan_.pipeline, input.dataset, 0});
  }
  std::vector<Piece> selected;
  for (const auto& [index, pieces] : pieces_[input.dataset]) {
    if (input.same_task && index != task) continue;
    for (const Piece& piece : pieces) {
      const bool other =
          step.shape == Shape::kPerPartition && piece.partition >= 0 && piece.partition != task;
      if (!other) selected.push_back(piece);
    }
  }
  return selected;
}

Status PlanBinder::BindInput(const PlannedStep& step,
                             const PlannedInput& planned,
                             const TaskRef& task,
                             TaskAssignment& out) {
  TaskInput input;
  input.name = planned.name;
  input.schema = planned.schema;
  ASSIGN_OR_RETURN(input.pieces, PiecesOf(planned, step, task.task));
  input.subjects_filtered = planned.subjects_filtered;
  input.before_column = planned.before_column;
  input.before = planned.before;
  if (planned.subjects_filtered) {
    const policies::Relation relation = RelationOf(step, task.task);
    const int only = out.spec.partition;
    for (int partition = 0; partition < plan_.partitions; ++partition) {
      if (only >= 0 && partition != only) continue;
      ASSIGN_OR_RETURN(pipelines::ConsentView view, ViewFor(step.purpose, relation, partition));
      input.allowed.push_back(std::move(view));
    }
  }
  TRY(LeaseInput(input, out.lease));
  out.spec.inputs.push_back(std::move(input));
  return OkStatus();
}

Status PlanBinder::LeaseInput(const TaskInput& input, pipelines::TaskLease& lease) {
  const auto add = [&](const DekId& id) -> Status {
    if (lease.deks.find(id) != lease.deks.end()) return OkStatus();
    ASSIGN_OR_RETURN(SecretBytes key, state_.vault().OpenDek(id));
    lease.deks.emplace(id, std::move(key));
    return OkStatus();
  };
  for (const Piece& piece : input.pieces) {
    for (const pipelines::Stream& stream : piece.streams) {
      if (MustOpen(input, stream)) TRY(add(stream.dek));
    }
  }
  for (const pipelines::ConsentView& view : input.allowed) TRY(add(view.stream.dek));
  return OkStatus();
}

Status PlanBinder::BindOutputs(const PlannedStep& step, const TaskRef& task, TaskAssignment& out) {
  for (const PlannedOutput& planned : step.outputs) {
    pipelines::TaskOutput output;
    output.name = planned.name;
    output.dataset = planned.dataset;
    output.kind = planned.kind;
    output.schema = planned.schema;
    output.partitioned = planned.partitioned;
    const bool one = !planned.partitioned && planned.kind != pipelines::DatasetKind::kSnapshot;
    const int only =
        planned.kind == pipelines::DatasetKind::kSnapshot ? task.task : out.spec.partition;
    const std::string prefix = std::to_string(only) + "/";
    for (const auto& [key, id] : keys_.Of(planned.dataset)) {
      if ((one || !planned.partitioned) && key.compare(0, prefix.size(), prefix) != 0) continue;
      TRY(usage_.Check(id));
      ASSIGN_OR_RETURN(SecretBytes dek, state_.vault().OpenDek(id));
      output.deks.emplace(key, id);
      out.lease.deks.emplace(id, std::move(dek));
    }
    out.spec.outputs.push_back(std::move(output));
  }
  return OkStatus();
}

Status PlanBinder::BindKeys(const PlannedStep& step, const TaskRef& task, TaskAssignment& out) {
  using crypto::KeyUse;
  out.lease.keys.emplace("digest", state_.vault().Derive(KeyUse::kDigest, ""));
  for (const std::string& use : step.keys) {
    if (use == "link") {
      out.lease.keys.emplace(use, state_.vault().LinkKey());
    } else if (use == "suppression") {
      out.lease.keys.emplace(use, state_.vault().SuppressionKey());
    } else if (use == "cell") {
      ASSIGN_OR_RETURN(SecretBytes key, state_.vault().OpenDek(cell_dek_));
      out.lease.keys.emplace(use, std::move(key));
    } else if (use == "recipient") {
      const Json& options = step.task_options.at(static_cast<size_t>(task.task));
      out.lease.keys.emplace(
          use, state_.vault().Derive(KeyUse::kRecipient, options["recipient"].AsString()));
    } else {
      return Internal("operator '" + step.op + "' asks for the unknown key '" + use + "'");
    }
  }
  return OkStatus();
}

Status PlanBinder::BindSuppression(TaskAssignment& out) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, SuppressionBook(state_).Stored());
  if (!stored) return OkStatus();
  ASSIGN_OR_RETURN(const DekId id, keys_.Find(kViews, -1, LabelClass::kFacts));
  ASSIGN_OR_RETURN(SecretBytes key, state_.vault().OpenDek(id));
  ASSIGN_OR_RETURN(
      out.spec.suppression,
      pipelines::SealBlob(
          pipelines::SuppressionHeader(), *stored, {id, &key}, state_.blobs(), state_.entropy()));
  out.lease.deks.emplace(id, std::move(key));
  return OkStatus();
}

policies::Relation PlanBinder::RelationOf(const PlannedStep& step, int task) const {
  if (step.op != "publish") return policies::Relation::kInternal;
  const std::string& recipient =
      step.task_options.at(static_cast<size_t>(task))["recipient"].AsString();
  const policies::Recipient* found = policy_.FindRecipient(recipient);
  CHECK(found != nullptr);
  return found->relation;
}

void PlanBinder::NoteBound(const TaskRef& task) {
  bound_at_[{task.step.text(), task.task}] = ledger_.version();
}

bool PlanBinder::IsBoundAsOfNow(const TaskRef& task) const {
  const auto bound = bound_at_.find({task.step.text(), task.task});
  return bound != bound_at_.end() && bound->second == ledger_.version();
}

/// The view at the ledger's version now: what was withdrawn since the plan takes effect here.
Result<pipelines::ConsentView> PlanBinder::ViewFor(const std::string& purpose,
                                                   policies::Relation relation,
                                                   int partition) {
  const ViewKey key{purpose, relation, partition, ledger_.version()};
  if (const auto found = views_.find(key); found != views_.end()) return found->second;
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const std::vector<SubjectId> allowed = ledger->AllowedFor(policy_, purpose, relation);
  ASSIGN_OR_RETURN(const DekId id, keys_.Find(kViews, partition, LabelClass::kFacts));
  ASSIGN_OR_RETURN(const SecretBytes dek, state_.vault().OpenDek(id));
  pipelines::ConsentView view;
  view.partition = partition;
  ASSIGN_OR_RETURN(view.stream,
                   pipelines::SealBlob(pipelines::ConsentViewHeader(purpose, partition),
                                       policies::EncodeView(allowed),
                                       {id, &dek},
                                       state_.blobs(),
                                       state_.entropy()));
  views_[key] = view;
  return view;
}

}  // namespace signet::coordinator
