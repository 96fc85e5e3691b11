#include "coordinator/disclosure/policy_replay.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/disclosure_book.h"
#include "coordinator/binding/run_memory.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/file.h"
#include "pipelines/plan/plan_codec.h"
#include "policies/disclosure/disclosure.h"

namespace signet::coordinator {
namespace {

using pipelines::Plan;
using pipelines::PlannedInput;
using pipelines::PlannedPublication;
using pipelines::PlannedStep;
using policies::Policy;
using policies::Verdict;

constexpr int64_t kMicrosPerDay = int64_t{86'400} * 1'000'000;

struct RecordedPlan {
  std::string run;  ///< the newest of that plan
  Plan plan;
};

/// The plans of runs since then, each once.
Result<std::vector<RecordedPlan>> PlansSince(StateFolder& state, Timestamp since, int64_t& runs) {
  const std::string first = RunNameStart(since);
  std::vector<RecordedPlan> plans;
  std::set<std::string> seen;
  for (const std::string& name : RunNamesNewestFirst(state)) {
    if (name.substr(0, first.size()) < first) break;
    const Result<Bytes> text = ReadFile(state.path() / "runs" / name / "plan.json");
    if (!text.ok()) continue;  // a run that was never accepted
    ASSIGN_OR_RETURN(const Json json, Json::Parse(std::string(AsText(*text))));
    ASSIGN_OR_RETURN(Plan plan, pipelines::DecodePlan(json));
    ++runs;
    if (seen.insert(plan.Digest()).second) plans.push_back({name, std::move(plan)});
  }
  return plans;
}

/// The first category or special category that the purpose may not use.
Verdict MayUseColumn(const Policy& policy,
                     const policies::Label& label,
                     const std::string& purpose) {
  Verdict verdict = Verdict::Allow("", "", "it is about nobody");
  for (const std::string& category : label.categories) {
    verdict = policy.MayUse(category, purpose);
    if (!verdict.allowed) return verdict;
  }
  for (const std::string& special : label.special) {
    Verdict condition = policy.MayUseSpecial(special, purpose);
    if (!condition.allowed) return condition;
  }
  return verdict;
}

/// What a count of this comparison is about. The same whatever the two policies are: two answers
/// that differ by few people would tell about those.
std::string DiffGroup(const Plan& plan, const std::string& of, const std::string& what) {
  return "policy-diff/" + plan.pipeline + "/" + of + "/" + what;
}

class Replay {
 public:
  Replay(StateFolder& state,
         LedgerBook& ledger,
         const Policy& before,
         const Policy& after,
         const ReplayQuestion& question)
      : state_(state),
        ledger_(ledger),
        before_(before),
        after_(after),
        count_(question.count),
        gate_(std::max(before.publication().min_group, after.publication().min_group),
              question.recipient,
              state.clock().Now().micros) {}

  Status Add(const RecordedPlan& recorded) {
    refused_.clear();
    for (const PlannedStep& step : recorded.plan.steps) {
      if (!step.purpose.empty()) TRY(AddStep(recorded.plan, step));
    }
    for (const PlannedPublication& publication : recorded.plan.publications) {
      AddPublication(recorded.plan, publication);
    }
    TRY(AddSubjects(recorded.plan));
    return AddSegments(recorded);
  }

  [[nodiscard]] Result<Json> Done(const AskLedger& ask) && {
    const Json found = Json::Of({{"columns", std::move(columns_)},
                                 {"subjects", std::move(subjects_)},
                                 {"steps", std::move(steps_)},
                                 {"members", std::move(members_)},
                                 {"segments", std::move(segments_)}});
    return gate_.Fill(found, ask);
  }

 private:
  /// All columns that lie in the step's inputs, whether the step reads them today or not.
  static std::vector<std::pair<std::string, policies::Label>> ColumnsOf(const Plan& plan,
                                                                        const std::string& name) {
    std::vector<std::pair<std::string, policies::Label>> columns;
    for (const Json& dataset : plan.derivation.items()) {
      if (dataset["dataset"].AsString() != name) continue;
      for (const Json& column : dataset["columns"].items()) {
        Result<policies::Label> label = policies::Label::FromJson(column["label"]);
        if (label.ok()) columns.emplace_back(column["name"].AsString(), *std::move(label));
      }
    }
    return columns;
  }

  Json Place(const std::string& group, uint64_t people) {
    return gate_.Place(group, static_cast<int64_t>(people), static_cast<int64_t>(people));
  }

  Result<uint64_t> RowsOf(const std::string& owner, const std::string& dataset) {
    DatasetRegistry registry(state_);
    ASSIGN_OR_RETURN(const LiveDataset live, registry.Find(owner, dataset));
    uint64_t rows = 0;
    for (const pipelines::Piece& piece : live.pieces) rows += piece.rows;
    return rows;
  }

  Status AddStep(const Plan& plan, const PlannedStep& step) {
    std::string why;
    if (after_.FindPurpose(step.purpose) == nullptr) {
      why = "no policy declares the purpose '" + step.purpose + "'";
    }
    for (const PlannedInput& input : step.inputs) {
      if (refused_.count(input.dataset) != 0) why = "it reads '" + input.dataset + "'";
      for (const auto& [name, label] : ColumnsOf(plan, input.dataset)) {
        const Verdict was = MayUseColumn(before_, label, step.purpose);
        const Verdict is = MayUseColumn(after_, label, step.purpose);
        if (!is.allowed && input.schema.Find(name) != nullptr) {
          why = "it reads " + input.dataset + "." + name + ": " + is.message + " (" + is.rule + ")";
        }
        if (was.allowed == is.allowed) continue;
        ASSIGN_OR_RETURN(const uint64_t rows, RowsOf(plan.pipeline, input.dataset));
        columns_.Push(
            Json::Of({{"pipeline", plan.pipeline},
                      {"step", step.id},
                      {"column", input.dataset + "." + name},
                      {"purpose", step.purpose},
                      {"before", was.allowed},
                      {"after", is.allowed},
                      {"rule", is.rule},
                      {"article", is.article},
                      {"message", is.message},
                      {"rows", Place(DiffGroup(plan, input.dataset, "all rows"), rows)}}));
      }
    }
    if (!why.empty()) Refuse(plan, step.id, why);
    return OkStatus();
  }

  void Refuse(const Plan& plan, const std::string& step, const std::string& why) {
    const PlannedStep* found = plan.Find(step);
    if (!refused_.emplace(step, why).second || found == nullptr) return;
    for (const pipelines::PlannedOutput& output : found->outputs) {
      refused_.emplace(output.dataset, why);
    }
    steps_.Push(Json::Of({{"pipeline", plan.pipeline}, {"step", step}, {"why", why}}));
  }

  void AddPublication(const Plan& plan, const PlannedPublication& publication) {
    for (const Verdict& verdict : {after_.MayReceive(publication.recipient, publication.purpose),
                                   after_.MayTransfer(publication.recipient, std::nullopt)}) {
      if (verdict.allowed) continue;
      Refuse(plan, publication.step, verdict.message + " (" + verdict.rule + ")");
    }
  }

  Status AddSubjects(const Plan& plan) {
    std::set<std::pair<std::string, policies::Relation>> wanted;
    for (const std::string& purpose : plan.purposes) {
      wanted.emplace(purpose, policies::Relation::kInternal);
    }
    for (const PlannedPublication& publication : plan.publications) {
      const Result<policies::Relation> relation = policies::RelationFromName(publication.relation);
      if (relation.ok()) wanted.emplace(publication.purpose, *relation);
    }
    for (const auto& [purpose, relation] : wanted) {
      const ConsentNeeds need = {{purpose, relation}};
      ASSIGN_OR_RETURN(const SubjectsByPartition was,
                       AllowedForAll(ledger_, before_, need, plan.partitions));
      ASSIGN_OR_RETURN(const SubjectsByPartition is,
                       AllowedForAll(ledger_, after_, need, plan.partitions));
      const SubjectsByPartition denied = Without(was, is);
      const SubjectsByPartition allowed = Without(is, was);
      const uint64_t lost = CountOf(denied);
      const uint64_t gained = CountOf(allowed);
      lost_[plan.pipeline + "/" + purpose] = std::max(lost_[plan.pipeline + "/" + purpose], lost);
      if (lost == 0 && gained == 0) continue;
      ASSIGN_OR_RETURN(Json rows, RowsAbout(plan, purpose, denied, Effect::kDenied));
      ASSIGN_OR_RETURN(Json more, RowsAbout(plan, purpose, allowed, Effect::kAllowed));
      const std::string of = purpose + "/" + std::string(policies::RelationName(relation));
      subjects_.Push(Json::Of({{"pipeline", plan.pipeline},
                               {"purpose", purpose},
                               {"relation", policies::RelationName(relation)},
                               {"newly_denied", Place(DiffGroup(plan, of, "denied"), lost)},
                               {"newly_allowed", Place(DiffGroup(plan, of, "allowed"), gained)},
                               {"rows", std::move(rows)},
                               {"rows_allowed", std::move(more)}}));
    }
    return OkStatus();
  }

  enum class Effect { kDenied, kAllowed };

  /// The rows about these people in each resting dataset that a step of the purpose reads; of those
  /// newly allowed in sources alone, since what is derived was made without them.
  Result<Json> RowsAbout(const Plan& plan,
                         const std::string& purpose,
                         const SubjectsByPartition& people,
                         Effect effect) {
    Json list{Json::Array()};
    if (!count_ || CountOf(people) == 0) return list;
    std::set<std::string> seen;
    for (const PlannedStep& step : plan.steps) {
      for (const PlannedInput& input : step.inputs) {
        const bool reads =
            step.purpose == purpose && input.subjects_filtered &&
            (effect == Effect::kDenied || input.kind == pipelines::DatasetKind::kGoverned);
        if (!reads || !seen.insert(input.dataset).second) continue;
        DatasetRegistry registry(state_);
        ASSIGN_OR_RETURN(const LiveDataset live, registry.Find(plan.pipeline, input.dataset));
        if (live.pieces.empty()) continue;
        ASSIGN_OR_RETURN(const MemberCount count, count_(live, purpose, people));
        const std::string group =
            DiffGroup(plan,
                      purpose + "/" + input.dataset,
                      effect == Effect::kDenied ? "rows denied" : "rows allowed");
        list.Push(Json::Of(
            {{"dataset", input.dataset}, {"rows", gate_.Place(group, count.people, count.rows)}}));
      }
    }
    return list;
  }

  /// Segments whose step would be refused, and those that were published and would be too small.
  Status AddSegments(const RecordedPlan& recorded) {
    const Plan& plan = recorded.plan;
    std::set<std::string> gone;
    for (const PlannedStep& step : plan.steps) {
      const auto refused = refused_.find(step.id);
      if (step.op != "segment" || refused == refused_.end()) continue;
      gone.insert(step.id);
      PushSegment(plan, step.id, refused->second, /*exact=*/true);
    }
    const Result<Json> report = RunMemory::Report(state_, recorded.run);
    if (!report.ok()) return OkStatus();  // the run has not ended
    for (const Json& snapshot : (*report)["snapshots"].items()) {
      for (const Json& segment : snapshot["segments"].items()) {
        if (gone.count(segment["name"].AsString()) != 0) continue;
        ASSIGN_OR_RETURN(const bool vanishes, AddMembers(recorded, snapshot, segment));
        if (vanishes) gone.insert(segment["name"].AsString());
      }
    }
    return OkStatus();
  }

  /// One published segment: counted where its members rest, bounded elsewhere. Whether it vanishes.
  Result<bool> AddMembers(const RecordedPlan& recorded, const Json& snapshot, const Json& segment) {
    const Plan& plan = recorded.plan;
    const std::string& name = segment["name"].AsString();
    DatasetRegistry registry(state_);
    ASSIGN_OR_RETURN(const LiveDataset live, registry.Find(plan.pipeline, name));
    const bool rests = count_ && !live.pieces.empty() && live.run == recorded.run;
    if (!rests) return Bound(plan, snapshot, segment);
    const ConsentNeeds needs = NeedsOf(plan, name, snapshot["recipient"].AsString());
    ASSIGN_OR_RETURN(const SubjectsByPartition was,
                     AllowedForAll(ledger_, before_, needs, plan.partitions));
    ASSIGN_OR_RETURN(const SubjectsByPartition is,
                     AllowedForAll(ledger_, after_, needs, plan.partitions));
    const std::string purpose = snapshot["purpose"].AsString();
    ASSIGN_OR_RETURN(const MemberCount before, count_(live, purpose, was));
    ASSIGN_OR_RETURN(const MemberCount after, count_(live, purpose, is));
    const uint64_t joining = CountOf(Without(is, was));
    const bool may_grow = joining > 0;
    if (before.people != after.people || may_grow) {
      // One question, whichever policy it is asked under: the second answer is given only where it
      // equals the first, or differs by a group.
      const std::string group = SegmentGroup(plan.pipeline, name);
      members_.Push(Json::Of({{"pipeline", plan.pipeline},
                              {"segment", name},
                              {"recipient", snapshot["recipient"]},
                              {"before", Place(group, static_cast<uint64_t>(before.people))},
                              {"after", Place(group, static_cast<uint64_t>(after.people))},
                              {"exact", true},
                              {"may_grow", may_grow},
                              {"joining_max", Place(DiffGroup(plan, name, "may join"), joining)}}));
    }
    const int64_t minimum = after_.publication().min_group;
    if (after.people >= minimum) return false;
    PushSegment(plan,
                name,
                "it would be below the minimum group of " + std::to_string(minimum) +
                    (may_grow ? ", unless persons newly allowed join it" : ""),
                /*exact=*/!may_grow);
    return true;
  }

  /// As if all who are newly denied for the publication's purpose were members.
  bool Bound(const Plan& plan, const Json& snapshot, const Json& segment) {
    const uint64_t lost = lost_[plan.pipeline + "/" + snapshot["purpose"].AsString()];
    const int64_t members = segment["members"].AsInt();
    const int64_t minimum = after_.publication().min_group;
    const bool too_small = members < minimum;
    const bool may_shrink = lost > 0 && members - static_cast<int64_t>(lost) < minimum;
    if (!too_small && !may_shrink) return false;
    const std::string group = "the minimum group of " + std::to_string(minimum);
    PushSegment(plan,
                segment["name"].AsString(),
                too_small ? "it would be below " + group
                          : "it may fall below " + group + " without those newly denied",
                /*exact=*/too_small);
    return true;
  }

  void PushSegment(const Plan& plan,
                   const std::string& segment,
                   const std::string& why,
                   bool exact) {
    segments_.Push(Json::Of(
        {{"pipeline", plan.pipeline}, {"segment", segment}, {"why", why}, {"exact", exact}}));
  }

  StateFolder& state_;
  LedgerBook& ledger_;
  const Policy& before_;
  const Policy& after_;
  const CountMembers& count_;
  CountGate gate_;
  std::map<std::string, std::string> refused_;  ///< steps and datasets of this plan, and why
  std::map<std::string, uint64_t> lost_;        ///< by pipeline/purpose
  Json columns_{Json::Array()};
  Json subjects_{Json::Array()};
  Json steps_{Json::Array()};
  Json members_{Json::Array()};
  Json segments_{Json::Array()};
};

}  // namespace

Result<Json> ReplayRuns(StateFolder& state,
                        LedgerBook& ledger,
                        const Policy& before,
                        const Policy& after,
                        const ReplayQuestion& question) {
  const Timestamp since{state.clock().Now().micros - question.days * kMicrosPerDay};
  int64_t runs = 0;
  ASSIGN_OR_RETURN(const std::vector<RecordedPlan> plans, PlansSince(state, since, runs));
  Replay replay(state, ledger, before, after, question);
  for (const RecordedPlan& plan : plans) TRY(replay.Add(plan));
  ASSIGN_OR_RETURN(Json json, std::move(replay).Done(question.ask));
  json.Set("days", question.days);
  json.Set("runs", runs);
  json.Set("plans", static_cast<int64_t>(plans.size()));
  return json;
}

}  // namespace signet::coordinator
