#include "coordinator/requests/erasure_sweep.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/binding/correction_book.h"
#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/model_flags.h"
#include "coordinator/requests/legal_holds.h"
#include "coordinator/requests/run_folder.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr char kIdentity[] = "@identity";
constexpr char kCustodyCopies[] = "retention/custody_copies_s";
constexpr int64_t kMicrosPerSecond = 1'000'000;

bool HasSubjects(const LiveDataset& dataset) {
  return !dataset.pieces.empty() && dataset.schema.Find(pipelines::kSubjectColumn) != nullptr;
}

/// "run/step/task" of a piece: the step.
std::string StepOf(const pipelines::Piece& piece) {
  const std::vector<std::string> parts = Split(piece.producer, '/');
  return parts.size() == 3 ? parts[1] : std::string();
}

}  // namespace

Status ErasureSweep::CheckHolds() {
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  LegalHolds holds(state_);
  for (const LiveDataset& dataset : all) {
    if (!HasSubjects(dataset)) continue;
    ASSIGN_OR_RETURN(const std::optional<LegalHold> hold, holds.On(dataset.owner, dataset.name));
    if (!hold.has_value()) continue;
    return Denied("a legal hold on " + dataset.owner + "/" + dataset.name +
                  " stops the destruction (GDPR Art. 17(3)(e))")
        .WithDiagnostic("SIG-4701")
        .WithRemedy("end it with: signet retention release " + hold->pipeline);
  }
  return OkStatus();
}

Result<Json> ErasureSweep::Rewrite(std::span<const LocatedSubject> people) {
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  ASSIGN_OR_RETURN(const std::vector<int> partitions, finder_.PartitionsOf(people));
  Json subjects{Json::Array()};
  for (const LocatedSubject& person : people) {
    for (const SubjectId& id : person.subjects) subjects.Push(UuidText(id.value));
  }
  std::vector<RightsStep> steps;
  for (const LiveDataset& dataset : all) {
    if (!HasSubjects(dataset)) continue;
    RightsStep step;
    step.id = "erase." + dataset.owner + "." + dataset.name;
    step.op = "erase";
    std::vector<std::string> columns = {std::string(pipelines::kSubjectColumn)};
    // Alias rows lie in the partition of the alias, which is among the touched ones.
    if (dataset.name == kIdentity) columns.emplace_back("alias_of");
    step.options = Json::Of({{"subjects", subjects}, {"subject_columns", Json::Strings(columns)}});
    step.view = "rows";
    step.dataset = dataset;
    step.partitions = partitions;
    step.rewrites = true;
    steps.push_back(std::move(step));
  }
  // Identities last: as long as they are there, a request that was interrupted can be repeated.
  std::stable_partition(steps.begin(), steps.end(), [](const RightsStep& step) {
    return step.dataset.name != kIdentity;
  });
  Json datasets{Json::Object()};
  if (steps.empty()) return datasets;
  std::map<std::string, std::string> names;
  for (const RightsStep& step : steps) {
    names[step.id] = step.dataset.owner + "/" + step.dataset.name;
  }
  ASSIGN_OR_RETURN(const auto results, finder_.RunSteps(std::move(steps)));
  for (const auto& result : results) datasets.Set(names[result.first], result.second.figures);
  return datasets;
}

/// Whether one of the steps that made the model read a dataset that lost rows. A model whose plan
/// is gone counts: nobody can say that it did not.
Result<bool> ErasureSweep::LearntFrom(const LiveDataset& model, const Json& datasets) {
  const Result<PreparedRun> run = RunFolder(state_, RunId(model.run)).Thaw();
  if (!run.ok()) return true;
  const pipelines::Plan& plan = run->planned.plan;
  std::set<std::string> asked;
  for (const pipelines::Piece& piece : model.pieces) asked.insert(StepOf(piece));
  // Backwards over the steps: what a step reads, its makers read before.
  std::set<std::string> wanted;
  for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step) {
    const bool makes = std::any_of(
        step->outputs.begin(), step->outputs.end(), [&wanted](const pipelines::PlannedOutput& out) {
          return wanted.count(out.dataset) != 0;
        });
    if (!makes && asked.count(step->id) == 0) continue;
    for (const pipelines::PlannedInput& input : step->inputs) wanted.insert(input.dataset);
  }
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& dataset) {
    return datasets[plan.pipeline + "/" + dataset]["rows_removed"].AsInt() > 0;
  });
}

Result<std::vector<std::string>> ErasureSweep::FlagModels(const Json& datasets,
                                                          uint64_t persons,
                                                          Timestamp barred,
                                                          crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, DatasetRegistry(state_).All());
  ModelFlags flags(state_);
  std::vector<std::string> names;
  for (const LiveDataset& dataset : all) {
    if (dataset.kind != pipelines::DatasetKind::kModel || dataset.pieces.empty()) continue;
    ASSIGN_OR_RETURN(const bool learnt, LearntFrom(dataset, datasets));
    if (!learnt) continue;
    TRY(flags.Flag(dataset, persons, barred, batch));
    names.push_back(dataset.owner + "/" + dataset.name);
  }
  return names;
}

Result<uint32_t> ErasureSweep::Forget(std::span<const LocatedSubject> people,
                                      crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const int partitions, state_.Partitions());
  std::map<int, std::set<SubjectId>> touched;
  for (const LocatedSubject& person : people) {
    for (const SubjectId& id : person.subjects) {
      touched[static_cast<int>(PartitionOf(id, static_cast<uint32_t>(partitions)))].insert(id);
    }
  }
  for (const auto& part : touched) {
    ASSIGN_OR_RETURN(policies::LedgerPartition * ledger, ledger_.Partition(part.first));
    for (const SubjectId& id : part.second) ledger->Erase(id);
    TRY(ledger_.Store(part.first, batch));
    TRY(deltas_.Forget(part.second, part.first, batch));
  }
  std::set<SubjectId> all;
  for (const auto& part : touched) all.insert(part.second.begin(), part.second.end());
  TRY(CorrectionBook(state_).Forget(all, batch));
  return state_.vault().RotateKek(batch);
}

Status ErasureSweep::DestroyOldKeys() {
  return state_.vault().DestroyOldKeks(state_.clock().Now());
}

Result<std::string> ErasureSweep::LastCopyDies() {
  ASSIGN_OR_RETURN(const int64_t seconds, CustodyCopiesSeconds(state_));
  return DateText({state_.clock().Now().micros + seconds * kMicrosPerSecond});
}

Result<int64_t> CustodyCopiesSeconds(StateFolder& state) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kCustodyCopies));
  if (!stored) return int64_t{0};
  return IntegerFromText(AsText(*stored));
}

Status SetCustodyCopiesSeconds(StateFolder& state, int64_t seconds) {
  if (seconds < 0) return Invalid("copies are kept for a positive time");
  return state.store().Put(kCustodyCopies, ToBytes(std::to_string(seconds)));
}

}  // namespace signet::coordinator
