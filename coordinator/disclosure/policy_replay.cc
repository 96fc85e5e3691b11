#include "coordinator/disclosure/policy_replay.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/run_memory.h"
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

/// "20261122t033831", as run ids begin.
std::string RunTime(Timestamp at) {
  const std::string text = TimestampText(at);  // 2026-11-22T03:38:31...
  std::string compact;
  for (const char c : text.substr(0, 19)) {
    if (c >= '0' && c <= '9') compact += c;
    if (c == 'T') compact += 't';
  }
  return compact;
}

/// The plans of runs since then, each once.
Result<std::vector<RecordedPlan>> PlansSince(StateFolder& state, Timestamp since, int64_t& runs) {
  const std::filesystem::path folder = state.path() / "runs";
  std::error_code ignored;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.substr(0, 15) >= RunTime(since)) names.push_back(name);
  }
  std::sort(names.rbegin(), names.rend());
  std::vector<RecordedPlan> plans;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const Result<Bytes> text = ReadFile(folder / name / "plan.json");
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
    const Verdict condition = policy.MayUseSpecial(special, purpose);
    if (!condition.allowed) return condition;
  }
  return verdict;
}

/// A number where it may be told, else that it is small.
Json Gated(uint64_t count, int64_t min_group) {
  if (static_cast<int64_t>(count) >= min_group) return Json(static_cast<int64_t>(count));
  return Json("fewer than " + std::to_string(min_group));
}

class Replay {
 public:
  Replay(StateFolder& state, LedgerBook& ledger, const Policy& before, const Policy& after)
      : state_(state),
        ledger_(ledger),
        before_(before),
        after_(after),
        min_group_(std::max(before.publication().min_group, after.publication().min_group)) {}

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

  [[nodiscard]] Json Done() && {
    return Json::Of({{"columns", std::move(columns_)},
                     {"subjects", std::move(subjects_)},
                     {"steps", std::move(steps_)},
                     {"segments", std::move(segments_)}});
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
        columns_.Push(Json::Of({{"pipeline", plan.pipeline},
                                {"step", step.id},
                                {"column", input.dataset + "." + name},
                                {"purpose", step.purpose},
                                {"before", was.allowed},
                                {"after", is.allowed},
                                {"rule", is.rule},
                                {"article", is.article},
                                {"message", is.message},
                                {"rows", Gated(rows, min_group_)}}));
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
      uint64_t lost = 0;
      uint64_t gained = 0;
      for (int partition = 0; partition < plan.partitions; ++partition) {
        ASSIGN_OR_RETURN(const policies::LedgerPartition* part, ledger_.Partition(partition));
        const std::vector<SubjectId> was = part->AllowedFor(before_, purpose, relation);
        const std::vector<SubjectId> is = part->AllowedFor(after_, purpose, relation);
        std::vector<SubjectId> both;
        std::set_intersection(
            was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(both));
        lost += was.size() - both.size();
        gained += is.size() - both.size();
      }
      lost_[plan.pipeline + "/" + purpose] = std::max(lost_[plan.pipeline + "/" + purpose], lost);
      if (lost == 0 && gained == 0) continue;
      subjects_.Push(Json::Of({{"pipeline", plan.pipeline},
                               {"purpose", purpose},
                               {"relation", policies::RelationName(relation)},
                               {"newly_denied", Gated(lost, min_group_)},
                               {"newly_allowed", Gated(gained, min_group_)}}));
    }
    return OkStatus();
  }

  /// Segments whose step would be refused, and those that were published and would be too small.
  Status AddSegments(const RecordedPlan& recorded) {
    const Plan& plan = recorded.plan;
    std::set<std::string> gone;
    for (const PlannedStep& step : plan.steps) {
      const auto refused = refused_.find(step.id);
      if (step.op != "segment" || refused == refused_.end()) continue;
      gone.insert(step.id);
      PushSegment(plan, step.id, refused->second);
    }
    const Result<Json> report = RunMemory::Report(state_, recorded.run);
    if (!report.ok()) return OkStatus();  // the run has not ended
    for (const Json& snapshot : (*report)["snapshots"].items()) {
      const uint64_t lost = lost_[plan.pipeline + "/" + snapshot["purpose"].AsString()];
      for (const Json& segment : snapshot["segments"].items()) {
        const std::string name = segment["name"].AsString();
        const int64_t members = segment["members"].AsInt();
        const int64_t minimum = after_.publication().min_group;
        const bool too_small = members < minimum;
        const bool may_shrink = members - static_cast<int64_t>(lost) < minimum;
        if ((!too_small && !(may_shrink && lost > 0)) || !gone.insert(name).second) continue;
        PushSegment(plan,
                    name,
                    too_small ? "it would be below the minimum group of " + std::to_string(minimum)
                              : "it may fall below the minimum group of " +
                                    std::to_string(minimum) + " without those newly denied");
      }
    }
    return OkStatus();
  }

  void PushSegment(const Plan& plan, const std::string& segment, const std::string& why) {
    segments_.Push(Json::Of({{"pipeline", plan.pipeline}, {"segment", segment}, {"why", why}}));
  }

  StateFolder& state_;
  LedgerBook& ledger_;
  const Policy& before_;
  const Policy& after_;
  int64_t min_group_;
  std::map<std::string, std::string> refused_;  ///< steps and datasets of this plan, and why
  std::map<std::string, uint64_t> lost_;        ///< by pipeline/purpose
  Json columns_{Json::Array()};
  Json subjects_{Json::Array()};
  Json steps_{Json::Array()};
  Json segments_{Json::Array()};
};

std::string Shown(const Json& gated) {
  return gated.is_int() ? std::to_string(gated.AsInt()) : gated.AsString();
}

}  // namespace

Result<Json> ReplayRuns(StateFolder& state,
                        LedgerBook& ledger,
                        const Policy& before,
                        const Policy& after,
                        int64_t days) {
  const Timestamp since{state.clock().Now().micros - days * kMicrosPerDay};
  int64_t runs = 0;
  ASSIGN_OR_RETURN(const std::vector<RecordedPlan> plans, PlansSince(state, since, runs));
  Replay replay(state, ledger, before, after);
  for (const RecordedPlan& plan : plans) TRY(replay.Add(plan));
  Json json = std::move(replay).Done();
  json.Set("days", days);
  json.Set("runs", runs);
  json.Set("plans", static_cast<int64_t>(plans.size()));
  return json;
}

std::string ReplayText(const Json& replay) {
  std::string text = "replayed " + std::to_string(replay["plans"].AsInt()) + " plan(s) of " +
                     std::to_string(replay["runs"].AsInt()) + " run(s) of the last " +
                     std::to_string(replay["days"].AsInt()) + " days\n";
  for (const Json& one : replay["columns"].items()) {
    text += std::string("  newly ") + (one["after"].AsBool() ? "allowed" : "denied") + "  " +
            one["pipeline"].AsString() + "/" + one["step"].AsString() + ": " +
            one["column"].AsString() + " for " + one["purpose"].AsString() +
            ", rows: " + Shown(one["rows"]) + "  [" + one["rule"].AsString() + "]  " +
            one["article"].AsString() + "\n";
  }
  for (const Json& one : replay["subjects"].items()) {
    text += "  people  " + one["pipeline"].AsString() + " for " + one["purpose"].AsString() + " (" +
            one["relation"].AsString() + "): newly denied " + Shown(one["newly_denied"]) +
            ", newly allowed " + Shown(one["newly_allowed"]) + "\n";
  }
  for (const Json& one : replay["steps"].items()) {
    text += "  refused  " + one["pipeline"].AsString() + "/" + one["step"].AsString() + ": " +
            one["why"].AsString() + "\n";
  }
  for (const Json& one : replay["segments"].items()) {
    text += "  vanishes  segment " + one["segment"].AsString() + " of " +
            one["pipeline"].AsString() + ": " + one["why"].AsString() + "\n";
  }
  return text;
}

}  // namespace signet::coordinator
