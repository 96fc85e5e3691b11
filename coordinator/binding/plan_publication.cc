// PlanBinder's half that publishes: what recipients were shown before, what they are shown now, and
// what the log and the differencing ledger learn of it.

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/disclosure_book.h"
#include "coordinator/binding/plan_binder.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/plan/publish_planning.h"
#include "pipelines/snapshots/shown_members.h"
#include "policies/consent/ledger.h"

namespace signet::coordinator {
namespace {

using pipelines::Piece;
using pipelines::PlannedInput;
using pipelines::PlannedStep;
using pipelines::TaskResult;

/// "email_platform@loyalty": names hold no '@'.
std::string ShownName(const PlannedStep& step, int task) {
  const Json& options = step.task_options.at(static_cast<size_t>(task));
  return options["recipient"].AsString() + "@" + options["publish"]["snapshot"].AsString();
}

/// Of a digest that ends in the number of rows: the part that tells no number.
std::string WithoutCount(const pipelines::MultisetDigest& digest) {
  constexpr size_t kSumHexDigits = 64;
  return digest.Hex().substr(0, kSumHexDigits);
}

}  // namespace

Status PlanBinder::MakeShownKeys(const PlannedStep& step, crypto::WriteBatch& batch) {
  const pipelines::Schema schema = pipelines::ShownSchema(pipelines::MemberLabel(step));
  std::vector<int> partitions(static_cast<size_t>(plan_.partitions));
  std::iota(partitions.begin(), partitions.end(), 0);
  for (size_t task = 0; task < step.task_options.size(); ++task) {
    TRY(keys_.Make(ShownName(step, static_cast<int>(task)), partitions, schema, batch));
  }
  return OkStatus();
}

Status PlanBinder::BindShown(const PlannedStep& step,
                             const TaskRef& task,
                             pipelines::TaskAssignment& out) {
  const std::string name = ShownName(step, task.task);
  ASSIGN_OR_RETURN(LiveDataset before, registry_.Find(kShownOwner, name));
  if (!before.pieces.empty()) {
    pipelines::TaskInput input;
    input.name = pipelines::kShownBefore;
    input.schema = before.schema;
    input.pieces = std::move(before.pieces);
    TRY(LeaseInput(input, out.lease));
    out.spec.inputs.push_back(std::move(input));
  }
  pipelines::TaskOutput output;
  output.name = pipelines::kShown;
  output.dataset = name;
  output.kind = pipelines::DatasetKind::kSnapshot;
  output.schema = pipelines::ShownSchema(pipelines::MemberLabel(step));
  output.partitioned = true;
  for (const auto& [key, id] : keys_.Of(name)) {
    TRY(usage_.Check(id));
    ASSIGN_OR_RETURN(SecretBytes dek, state_.vault().OpenDek(id));
    output.deks.emplace(key, id);
    out.lease.deks.emplace(id, std::move(dek));
  }
  out.spec.outputs.push_back(std::move(output));
  return OkStatus();
}

Status PlanBinder::CommitShown(const PlannedStep& step,
                               const TaskRef& task,
                               const TaskResult& result,
                               crypto::WriteBatch& batch) {
  const auto found = result.outputs.find(pipelines::kShown);
  if (found == result.outputs.end()) return OkStatus();
  LiveDataset shown;
  shown.owner = kShownOwner;
  shown.name = ShownName(step, task.task);
  shown.run = run_.text();
  shown.kind = pipelines::DatasetKind::kSnapshot;
  shown.schema = pipelines::ShownSchema(pipelines::MemberLabel(step));
  shown.pieces = found->second;
  shown_.insert(shown_.end(), shown.pieces.begin(), shown.pieces.end());
  return registry_.Put(shown, batch);
}

PublicationFacts PlanBinder::FactsOf(const PlannedStep& step, const TaskResult& result) {
  PublicationFacts facts;
  facts.run = run_.text();
  facts.policy_digest = plan_.policy_digest;
  facts.plan_digest = plan_digest_;
  facts.purpose = step.purpose;
  facts.as_of = plan_.as_of;
  facts.segment_definitions = Json(Json::Object());
  facts.model_cards = Json(Json::Object());
  for (const PlannedStep& other : plan_.steps) {
    if (other.op == "segment") facts.segment_definitions.Set(other.id, other.options);
    if (other.op == "train" && !figures_[other.id].empty()) {
      facts.model_cards.Set(other.id, figures_[other.id].front());
    }
  }
  // What is withheld is not described either: a digest ends in the number of rows. The same where
  // additions wait: the number of rows would tell how many.
  std::set<std::string> silent;
  for (const char* list : {"withheld", "held"}) {
    for (const Json& item : result.extra[list].items()) silent.insert(item["name"].AsString());
  }
  for (const PlannedInput& input : step.inputs) {
    const bool of_state = !input.dataset.empty() && input.dataset[0] == '@';
    if (silent.count(input.dataset) != 0 || of_state) continue;
    std::vector<Piece> all;
    for (const auto& [index, pieces] : pieces_[input.dataset]) {
      all.insert(all.end(), pieces.begin(), pieces.end());
    }
    const Result<pipelines::MultisetDigest> digest = pipelines::ContentOf(all);
    if (digest.ok()) facts.inputs[input.dataset] = digest->Hex();
  }
  return facts;
}

Status PlanBinder::LogHeld(const pipelines::SnapshotManifest& manifest,
                           const Json& extra,
                           crypto::WriteBatch& batch) {
  if (!manifest.withheld.empty()) {
    Json segments{Json::Array()};
    for (const pipelines::WithheldSegment& item : manifest.withheld) {
      segments.Push(Json::Of({{"name", item.name}, {"reason", item.reason}}));
    }
    TRY(Audit("snapshot.withheld",
              Json::Of({{"snapshot", manifest.name},
                        {"recipient", manifest.recipient},
                        {"segments", segments}}),
              batch));
  }
  if (extra["held"].size() == 0 && extra["let_by_age"].size() == 0) return OkStatus();
  return Audit("snapshot.held",
               Json::Of({{"snapshot", manifest.name},
                         {"recipient", manifest.recipient},
                         {"segments", extra["held"]},
                         {"let_by_age", extra["let_by_age"]}}),
               batch);
}

Status PlanBinder::NoteSizes(const pipelines::SnapshotManifest& manifest,
                             const Json& extra,
                             crypto::WriteBatch& batch) {
  DisclosureBook book(state_);
  TRY(book.Load(&batch));
  for (const pipelines::SegmentEntry& segment : manifest.segments) {
    book.Note({manifest.recipient,
               SegmentGroup(plan_.pipeline, segment.name),
               static_cast<int64_t>(segment.members),
               manifest.created.micros});
  }
  for (const Json& pair : extra["close"].items()) {
    const std::vector<std::string> names = pair.AsStrings();
    if (names.size() != 2) continue;
    book.KeepApart(SegmentGroup(plan_.pipeline, names[0]), SegmentGroup(plan_.pipeline, names[1]));
  }
  book.Put(batch);
  return OkStatus();
}

Result<bool> PlanBinder::SomebodyLost(const PlannedStep& step,
                                      const TaskRef& task,
                                      int partition,
                                      uint64_t version) {
  const policies::Relation relation = RelationOf(step, task.task);
  const auto known = views_.find({step.purpose, relation, partition, version});
  if (known == views_.end()) return true;  // nobody knows whom the task was bound with
  const pipelines::Stream& stream = known->second.stream;
  ASSIGN_OR_RETURN(const SecretBytes key, state_.vault().OpenDek(stream.dek));
  ASSIGN_OR_RETURN(
      const Bytes view,
      pipelines::OpenBlob(
          stream, pipelines::ConsentViewHeader(step.purpose, partition), key, state_.blobs()));
  ASSIGN_OR_RETURN(const std::vector<SubjectId> was, policies::DecodeView(view));
  ASSIGN_OR_RETURN(const policies::LedgerPartition* ledger, ledger_.Partition(partition));
  const std::vector<SubjectId> is = ledger->AllowedFor(policy_, step.purpose, relation);
  return !std::includes(is.begin(), is.end(), was.begin(), was.end());
}

/// The publish gate asks the ledger twice: whom to take when the task is bound, and here whether
/// each of them may still be shown. Where not, the task is done again, without them.
Status PlanBinder::CheckStillAllowed(const PlannedStep& step, const TaskRef& task) {
  if (IsBoundAsOfNow(task)) return OkStatus();
  const auto bound = bound_at_.find({step.id, task.task});
  bool lost = bound == bound_at_.end();  // bound before a restart, which forgets
  for (int partition = 0; partition < plan_.partitions && !lost; ++partition) {
    ASSIGN_OR_RETURN(lost, SomebodyLost(step, task, partition, bound->second));
  }
  if (!lost) return OkStatus();
  return Unavailable("somebody opted out of '" + step.purpose +
                     "' while the list was made: it is made again without them");
}

Status PlanBinder::CommitPublication(const PlannedStep& step,
                                     const TaskRef& task,
                                     const TaskResult& result,
                                     crypto::WriteBatch& batch) {
  PublicationFacts facts = FactsOf(step, result);
  ASSIGN_OR_RETURN(const LiveDataset before,
                   registry_.Find(kShownOwner, ShownName(step, task.task)));
  const Result<pipelines::MultisetDigest> digest = pipelines::ContentOf(before.pieces);
  if (!before.pieces.empty() && digest.ok()) facts.shown_before = WithoutCount(*digest);
  TRY(CommitShown(step, task, result, batch));
  ASSIGN_OR_RETURN(pipelines::SnapshotManifest manifest,
                   publisher_.Prepare(result, facts, task.fence, batch));
  audited_ = true;
  TRY(NoteSizes(manifest, result.extra, batch));
  TRY(LogHeld(manifest, result.extra, batch));
  memory_.PutManifest(task, manifest.ToJson(), batch);
  snapshots_.push_back(std::move(manifest));
  return OkStatus();
}

}  // namespace signet::coordinator
