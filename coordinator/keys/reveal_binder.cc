#include "coordinator/keys/reveal_binder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/catalog/operator.h"
#include "pipelines/identity/identity_table.h"

namespace signet::coordinator {
namespace {

constexpr char kStep[] = "reveal";

}  // namespace

RevealBinder::RevealBinder(StateFolder& state,
                           RunId run,
                           const ReidentifyRequest& request,
                           const SecretBytes& reveal_key)
    : LoggedBinder(state, std::move(run), "re-identification under dual control"),
      request_(request),
      reveal_key_(reveal_key) {}

RunSpec RevealBinder::Spec() const {
  RunSpec spec;
  spec.id = run();
  spec.pipeline = "@keys";
  StepSpec step;
  step.id = StepId(kStep);
  spec.steps.push_back(std::move(step));
  return spec;
}

Status RevealBinder::AddInput(const char* name,
                              const LiveDataset& dataset,
                              const std::vector<std::string>& columns,
                              pipelines::TaskAssignment& out) {
  pipelines::TaskInput input;
  input.name = name;
  ASSIGN_OR_RETURN(input.schema, dataset.schema.Select(columns));
  input.pieces = dataset.pieces;
  for (const pipelines::Piece& piece : dataset.pieces) {
    for (const pipelines::Stream& stream : piece.streams) {
      const bool needed = std::any_of(columns.begin(), columns.end(), [&](const std::string& c) {
        return std::find(stream.columns.begin(), stream.columns.end(), c) != stream.columns.end();
      });
      if (!needed || out.lease.deks.count(stream.dek) != 0) continue;
      ASSIGN_OR_RETURN(SecretBytes key, state().vault().OpenDek(stream.dek));
      out.lease.deks.emplace(stream.dek, std::move(key));
    }
  }
  out.spec.inputs.push_back(std::move(input));
  return OkStatus();
}

Result<pipelines::TaskAssignment> RevealBinder::Bind(const TaskRef& task) {
  const pipelines::Operator* op = pipelines::FindOperator(kStep);
  CHECK(op != nullptr);
  DatasetRegistry registry(state());
  ASSIGN_OR_RETURN(const LiveDataset rows, registry.Find(request_.owner, request_.source));
  if (rows.pieces.empty() || rows.schema.Find(request_.column) == nullptr) {
    return NotFound("no live dataset " + request_.owner + "/" + request_.source +
                    " has the column " + request_.column);
  }
  ASSIGN_OR_RETURN(const LiveDataset keyring,
                   registry.Find(kStateOwner, pipelines::kKeyringDataset));
  pipelines::TaskAssignment out;
  out.spec.run = run().text();
  out.spec.step = kStep;
  out.spec.attempt = task.attempt;
  out.spec.op = kStep;
  out.spec.operator_digest = pipelines::OperatorDigest(*op);
  out.spec.blobs = "file:" + state().blobs_path().string();
  out.spec.options = Json::Of({{"token", request_.token},
                               {"token_epoch", 1},
                               {"source", request_.source},
                               {"column", request_.column},
                               {"recipient", request_.recipient},
                               {"rule", "re-identification " + request_.nonce}});
  TRY(AddInput("rows", rows, {std::string(pipelines::kSubjectColumn), request_.column}, out));
  TRY(AddInput("keyring", keyring, pipelines::KeyringSchema().Names(), out));
  out.lease.keys.emplace("digest", state().vault().Derive(crypto::KeyUse::kDigest, ""));
  out.lease.keys.emplace("recipient",
                         state().vault().Derive(crypto::KeyUse::kRecipient, request_.recipient));
  out.lease.keys.emplace("reveal", reveal_key_.Clone());
  return out;
}

Status RevealBinder::Take(const TaskRef& /*task*/,
                          const pipelines::TaskResult& result,
                          crypto::WriteBatch& /*batch*/) {
  result_ = std::make_unique<pipelines::TaskResult>(result);
  return OkStatus();
}

}  // namespace signet::coordinator
