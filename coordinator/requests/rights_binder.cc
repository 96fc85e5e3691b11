#include "coordinator/requests/rights_binder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/primitives/sha256.h"
#include "pipelines/catalog/operator.h"

namespace signet::coordinator {

using pipelines::Piece;
using pipelines::TaskAssignment;
using pipelines::TaskResult;

RightsBinder::RightsBinder(StateFolder& state,
                           RunId run,
                           std::vector<RightsStep> steps,
                           std::string why)
    : LoggedBinder(state, std::move(run), std::move(why)),
      steps_(std::move(steps)),
      registry_(state) {}

RunSpec RightsBinder::Spec() const {
  RunSpec spec;
  spec.id = run();
  spec.pipeline = "@rights";
  for (const RightsStep& step : steps_) {
    StepSpec out;
    out.id = StepId(step.id);
    // In their order: what is done first stays done when a later one fails.
    if (!spec.steps.empty()) out.after.push_back({spec.steps.back().id, false});
    spec.steps.push_back(std::move(out));
  }
  return spec;
}

const RightsStep& RightsBinder::Find(const std::string& id) const {
  const auto found = std::find_if(
      steps_.begin(), steps_.end(), [&id](const RightsStep& step) { return step.id == id; });
  CHECK_FACTS(found != steps_.end(), id);
  return *found;
}

bool RightsBinder::Opens(const RightsStep& step, const Piece& piece) const {
  // A piece of no partition may name anyone.
  if (step.partitions.empty() || piece.partition < 0) return true;
  return std::find(step.partitions.begin(), step.partitions.end(), piece.partition) !=
         step.partitions.end();
}

Result<TaskAssignment> RightsBinder::Bind(const TaskRef& task) {
  const RightsStep& step = Find(task.step.text());
  const pipelines::Operator* op = pipelines::FindOperator(step.op);
  CHECK_FACTS(op != nullptr, step.op);
  TaskAssignment out;
  out.spec.run = run().text();
  out.spec.step = step.id;
  out.spec.attempt = task.attempt;
  out.spec.op = step.op;
  out.spec.options = step.options;
  out.spec.operator_digest = pipelines::OperatorDigest(*op);
  out.spec.blobs = "file:" + state().blobs_path().string();
  TRY(BindInput(step, {step.view, step.dataset}, out));
  for (const RightsInput& input : step.also) TRY(BindInput(step, input, out));
  if (step.rewrites) TRY(BindOutput(step, out));
  for (const auto& lent : step.lends) out.lease.keys.emplace(lent.first, lent.second->Clone());
  out.lease.keys.emplace("digest", state().vault().Derive(crypto::KeyUse::kDigest, ""));
  return out;
}

Status RightsBinder::BindInput(const RightsStep& step,
                               const RightsInput& from,
                               TaskAssignment& out) {
  pipelines::TaskInput input;
  input.name = from.view;
  input.schema = from.dataset.schema;
  for (const Piece& piece : from.dataset.pieces) {
    if (!Opens(step, piece)) continue;
    input.pieces.push_back(piece);
    for (const pipelines::Stream& stream : piece.streams) {
      if (out.lease.deks.count(stream.dek) != 0) continue;
      ASSIGN_OR_RETURN(SecretBytes key, state().vault().OpenDek(stream.dek));
      out.lease.deks.emplace(stream.dek, std::move(key));
    }
  }
  out.spec.inputs.push_back(std::move(input));
  return OkStatus();
}

/// New keys for every class and partition of the pieces that may be rewritten.
Status RightsBinder::BindOutput(const RightsStep& step, TaskAssignment& out) {
  crypto::WriteBatch& batch = new_keys_[step.id];
  batch.Clear();
  pipelines::TaskOutput output;
  output.name = "out";
  output.dataset = step.dataset.name;
  output.kind = step.dataset.kind;
  output.schema = step.dataset.schema;
  output.partitioned = true;
  for (const Piece& piece : step.dataset.pieces) {
    if (!Opens(step, piece)) continue;
    for (const pipelines::Stream& stream : piece.streams) {
      DekId& id = output.deks[pipelines::OutputKey(piece.partition, stream.label_class)];
      if (!id.empty()) continue;
      const std::string label_class(policies::LabelClassName(stream.label_class));
      ASSIGN_OR_RETURN(id,
                       state().vault().NewDek(
                           {step.dataset.name, run().text(), piece.partition, label_class}, batch));
      ASSIGN_OR_RETURN(SecretBytes key, state().vault().OpenDek(id));
      out.lease.deks.emplace(id, std::move(key));
    }
  }
  out.spec.outputs.push_back(std::move(output));
  return OkStatus();
}

Status RightsBinder::Take(const TaskRef& task,
                          const TaskResult& result,
                          crypto::WriteBatch& batch) {
  const RightsStep& step = Find(task.step.text());
  results_[step.id] = result;
  if (along_) return results_.size() < steps_.size() ? OkStatus() : ReplaceAll(batch);
  if (!step.rewrites) return OkStatus();
  TRY(state().blobs().Sync());
  return Replace(step, batch);
}

/// The step's dataset as its task has written it.
Status RightsBinder::Replace(const RightsStep& step, crypto::WriteBatch& batch) {
  batch.Append(new_keys_[step.id]);
  LiveDataset dataset = step.dataset;
  const TaskResult& result = results_[step.id];
  const auto rewritten = result.outputs.find("out");
  std::vector<Piece> pieces;
  if (rewritten != result.outputs.end()) pieces = rewritten->second;
  for (const Piece& piece : step.dataset.pieces) {
    if (!Opens(step, piece)) pieces.push_back(piece);
  }
  dataset.pieces = std::move(pieces);
  return registry_.Put(dataset, batch);
}

Status RightsBinder::ReplaceAll(crypto::WriteBatch& batch) {
  TRY(state().blobs().Sync());
  for (const RightsStep& step : steps_) {
    if (!step.rewrites) continue;
    TRY(Replace(step, batch));
    // To each of two datasets that share pieces the other one still seems to have them.
    if (step.dataset.kind == pipelines::DatasetKind::kModel) {
      TRY(registry_.Discard(step.dataset.pieces, batch));
    }
  }
  return along_(batch);
}

void RightsBinder::BatchWritten(bool durable) {
  LoggedBinder::BatchWritten(durable);
  if (durable) registry_.Sweep();
}

const TaskResult* RightsBinder::ResultOf(const std::string& step) const {
  const auto found = results_.find(step);
  return found != results_.end() ? &found->second : nullptr;
}

}  // namespace signet::coordinator
