#include "coordinator/disclosure/profile_binder.h"

#include <algorithm>
#include <utility>

#include "crypto/keys/key_vault.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/operator.h"
#include "pipelines/catalog/state_blobs.h"
#include "policies/consent/ledger.h"

namespace signet::coordinator {
namespace {

constexpr char kStep[] = "profile";
constexpr size_t kKeyBytes = 32;

}  // namespace

ProfileBinder::ProfileBinder(StateFolder& state, ProfileTask task, RunId run)
    : LoggedBinder(state, std::move(run), task.why), task_(std::move(task)) {}

RunSpec ProfileBinder::Spec() const {
  RunSpec spec;
  spec.id = run();
  spec.pipeline = "@profile";
  StepSpec step;
  step.id = StepId(kStep);
  spec.steps.push_back(std::move(step));
  return spec;
}

Status ProfileBinder::AddViews(pipelines::TaskInput& input, pipelines::TaskLease& lease) {
  const DekId id(UuidText(state().entropy().RandomUuid()));
  SecretBytes key = state().entropy().RandomSecret(kKeyBytes);
  input.subjects_filtered = true;
  for (size_t partition = 0; partition < task_.allowed.size(); ++partition) {
    pipelines::ConsentView view;
    view.partition = static_cast<int>(partition);
    ASSIGN_OR_RETURN(
        view.stream,
        pipelines::SealBlob(pipelines::ConsentViewHeader(task_.purpose, view.partition),
                            policies::EncodeView(task_.allowed[partition]),
                            {id, &key},
                            state().blobs(),
                            state().entropy()));
    input.allowed.push_back(std::move(view));
  }
  lease.deks.emplace(id, std::move(key));
  return OkStatus();
}

Result<pipelines::TaskAssignment> ProfileBinder::Bind(const TaskRef& task) {
  const pipelines::Operator* op = pipelines::FindOperator(kStep);
  CHECK(op != nullptr);
  pipelines::TaskAssignment out;
  out.spec.run = run().text();
  out.spec.step = kStep;
  out.spec.attempt = task.attempt;
  out.spec.op = kStep;
  out.spec.operator_digest = pipelines::OperatorDigest(*op);
  out.spec.purpose = task_.purpose;
  out.spec.blobs = "file:" + state().blobs_path().string();
  out.spec.options = task_.options;
  pipelines::TaskInput input;
  input.name = "rows";
  ASSIGN_OR_RETURN(input.schema, task_.dataset.schema.Select(task_.columns));
  input.pieces = task_.dataset.pieces;
  for (const pipelines::Piece& piece : input.pieces) {
    for (const pipelines::Stream& stream : piece.streams) {
      const bool needed =
          std::any_of(stream.columns.begin(), stream.columns.end(), [&](const std::string& name) {
            return input.schema.Find(name) != nullptr;
          });
      if (!needed || out.lease.deks.count(stream.dek) != 0) continue;
      ASSIGN_OR_RETURN(SecretBytes key, state().vault().OpenDek(stream.dek));
      out.lease.deks.emplace(stream.dek, std::move(key));
    }
  }
  TRY(AddViews(input, out.lease));
  out.spec.inputs.push_back(std::move(input));
  out.lease.keys.emplace("digest", state().vault().Derive(crypto::KeyUse::kDigest, ""));
  return out;
}

Status ProfileBinder::Take(const TaskRef& /*task*/,
                           const pipelines::TaskResult& result,
                           crypto::WriteBatch& /*batch*/) {
  statistics_ = std::make_unique<Json>(result.extra);
  return OkStatus();
}

}  // namespace signet::coordinator
