#include "coordinator/requests/governance_facts.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/requests/run_names.h"
#include "crypto/base/text.h"
#include "policies/model/label.h"

namespace signet::coordinator {
namespace {

using pipelines::DatasetKind;
using pipelines::PlannedInput;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;
using policies::ColumnLineage;
using policies::ProcessingActivity;

/// "crm" of "crm.email".
std::string SourceOf(const std::string& origin) {
  return origin.substr(0, origin.find('.'));
}

void AddLabel(const policies::Label& label, ProcessingActivity& activity) {
  activity.categories.insert(label.categories.begin(), label.categories.end());
  activity.special.insert(label.special.begin(), label.special.end());
  for (const std::string& origin : label.origins) activity.sources.insert(SourceOf(origin));
}

void AddStep(const PlannedStep& step,
             const std::map<std::string, uint64_t>& rows,
             ProcessingActivity& activity) {
  const std::string shown = step.id + " (" + step.op + ")";
  if (std::find(activity.steps.begin(), activity.steps.end(), shown) == activity.steps.end()) {
    activity.steps.push_back(shown);
  }
  for (const PlannedInput& input : step.inputs) {
    for (const pipelines::Column& column : input.schema.columns) AddLabel(column.label, activity);
    const auto found = rows.find(activity.pipeline + "/" + input.dataset);
    if (found != rows.end()) activity.rows = std::max(activity.rows, found->second);
  }
  for (const PlannedOutput& output : step.outputs) {
    activity.kinds.emplace(pipelines::DatasetKindName(output.kind));
    activity.profiles = activity.profiles || output.kind == DatasetKind::kScores ||
                        output.kind == DatasetKind::kSegment;
    activity.trains = activity.trains || output.kind == DatasetKind::kModel;
  }
}

std::set<std::string> SetOf(const Json& list) {
  const std::vector<std::string> texts = list.AsStrings();
  return {texts.begin(), texts.end()};
}

ColumnLineage LineageFrom(const Json& dataset, const Json& column) {
  ColumnLineage lineage;
  lineage.dataset = dataset["dataset"].AsString();
  lineage.kind = dataset["kind"].AsString();
  lineage.step = dataset["step"].AsString();
  lineage.column = column["name"].AsString();
  lineage.type = column["type"].AsString();
  const Json& label = column["label"];
  lineage.categories = SetOf(label["categories"]);
  lineage.origins = SetOf(label["origins"]);
  lineage.purposes = SetOf(label["purposes"]);
  lineage.identifiability = label["identifiability"].AsString();
  for (const Json& rule : column["rules"].items()) {
    lineage.treatments.insert(rule["category"].AsString() + ": " + rule["treatment"].AsString() +
                              " (" + rule["rule"].AsString() + ")");
    lineage.articles.insert(rule["article"].AsString());
  }
  return lineage;
}

}  // namespace

/// How each run ended, as the log says.
Status GovernanceFacts::ReadOutcomes(StateFolder& state) {
  return state.audit().reader().Scan(0, [this](uint64_t, ByteView bytes) -> Status {
    if (AsText(bytes).find("\"run.finished\"") == std::string_view::npos) return OkStatus();
    ASSIGN_OR_RETURN(const Json entry, Json::Parse(AsText(bytes)));
    outcomes_[entry["run"].AsString()] = entry["facts"]["state"].AsString();
    return OkStatus();
  });
}

void GovernanceFacts::AddActivities(const FrozenRun& frozen,
                                    const std::map<std::string, uint64_t>& rows) {
  const pipelines::Plan& plan = frozen.run.planned.plan;
  const std::string digest = plan.Digest();
  const Result<Timestamp> when = TimeOfRun(frozen.id);
  for (const PlannedStep& step : plan.steps) {
    if (step.purpose.empty()) continue;
    auto found = std::find_if(
        activities_.begin(), activities_.end(), [&](const ProcessingActivity& activity) {
          return activity.pipeline == plan.pipeline && activity.purpose == step.purpose;
        });
    if (found == activities_.end()) {
      ProcessingActivity activity;
      activity.pipeline = plan.pipeline;
      activity.purpose = step.purpose;
      // The newest run comes first.
      activity.run = frozen.id;
      activity.when = when.ok() ? DateText(*when) : "";
      activity.plan_digest = digest;
      activity.policy_digest = plan.policy_digest;
      activities_.push_back(std::move(activity));
      found = activities_.end() - 1;
    }
    AddStep(step, rows, *found);
    for (const pipelines::PlannedPublication& publication : plan.publications) {
      if (publication.step == step.id) found->recipients.insert(publication.recipient);
    }
  }
}

Result<GovernanceFacts> GovernanceFacts::Gather(StateFolder& state, Timestamp since) {
  GovernanceFacts facts;
  TRY(facts.ReadOutcomes(state));
  std::map<std::string, uint64_t> rows;
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> live, DatasetRegistry(state).All());
  for (const LiveDataset& dataset : live) {
    for (const pipelines::Piece& piece : dataset.pieces) {
      rows[dataset.owner + "/" + dataset.name] += piece.rows;
    }
  }
  for (FrozenRun& frozen : FrozenRuns(state)) {
    const auto outcome = facts.outcomes_.find(frozen.id);
    const Result<Timestamp> when = TimeOfRun(frozen.id);
    const bool ran = outcome != facts.outcomes_.end() && outcome->second == "succeeded";
    if (!ran || (when.ok() && *when < since)) continue;
    facts.AddActivities(frozen, rows);
    facts.runs_.push_back(std::move(frozen));
  }
  std::sort(facts.activities_.begin(),
            facts.activities_.end(),
            [](const ProcessingActivity& a, const ProcessingActivity& b) {
              return std::tie(a.pipeline, a.purpose) < std::tie(b.pipeline, b.purpose);
            });
  return facts;
}

std::vector<policies::HeldData> GovernanceFacts::Held() const {
  std::vector<policies::HeldData> held;
  std::set<std::string> seen;
  const std::string_view governed = pipelines::DatasetKindName(DatasetKind::kGoverned);
  for (const FrozenRun& frozen : runs_) {
    const pipelines::Plan& plan = frozen.run.planned.plan;
    if (!seen.insert(plan.pipeline).second) continue;
    for (const Json& dataset : plan.derivation.items()) {
      if (dataset["kind"].AsString() != governed) continue;
      policies::HeldData one;
      one.pipeline = plan.pipeline;
      one.source = dataset["dataset"].AsString();
      for (const Json& column : dataset["columns"].items()) {
        const ColumnLineage lineage = LineageFrom(dataset, column);
        one.categories.insert(lineage.categories.begin(), lineage.categories.end());
        one.treatments.insert(lineage.treatments.begin(), lineage.treatments.end());
        one.special.merge(SetOf(column["label"]["special"]));
      }
      held.push_back(std::move(one));
    }
  }
  return held;
}

Result<std::vector<RunLineage>> GovernanceFacts::Lineage(const std::string& pipeline) const {
  std::vector<RunLineage> all;
  std::set<std::string> seen;
  for (const FrozenRun& frozen : runs_) {
    const pipelines::Plan& plan = frozen.run.planned.plan;
    if (!pipeline.empty() && plan.pipeline != pipeline) continue;
    if (!seen.insert(plan.pipeline).second) continue;
    RunLineage lineage;
    lineage.of = {plan.pipeline, frozen.id, plan.Digest()};
    for (const Json& dataset : plan.derivation.items()) {
      for (const Json& column : dataset["columns"].items()) {
        lineage.columns.push_back(LineageFrom(dataset, column));
      }
    }
    all.push_back(std::move(lineage));
  }
  if (!all.empty()) return all;
  return NotFound(pipeline.empty() ? "no run of this state has succeeded yet"
                                   : "no run of pipeline '" + pipeline + "' has succeeded yet")
      .WithRemedy("`signet run` makes one; `signet get` lists the runs");
}

}  // namespace signet::coordinator
