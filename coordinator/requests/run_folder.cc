#include "coordinator/requests/run_folder.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/plan/plan_codec.h"
#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

constexpr char kRequest[] = "request.json";
constexpr char kPlan[] = "plan.json";
constexpr char kPipeline[] = "pipeline.yaml";
constexpr char kPolicies[] = "policies";
constexpr char kTaxonomy[] = "taxonomy.yaml";
constexpr char kOrganisation[] = "organisation.yaml";

Status Copy(const fs::path& from, const fs::path& to) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(from));
  return WriteFileAtomically(to, bytes, 0600, FileSync::kLater);
}

Result<Json> ReadJson(const fs::path& path) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path));
  Result<Json> json = Json::Parse(AsText(bytes));
  if (!json.ok()) return Corrupt(path.string() + " is no JSON");
  return json;
}

/// "00-gdpr.yaml" keeps the order in which the policies were named.
std::string NumberedName(size_t number, const fs::path& path) {
  const std::string digits = std::to_string(number);
  return (digits.size() < 2 ? "0" : "") + digits + "-" + path.filename().string();
}

Result<policies::Policy> PolicyIn(const fs::path& folder, int64_t min_group) {
  policies::PolicySources sources;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name != kTaxonomy && name != kOrganisation) sources.policies.push_back(at->path());
  }
  if (error) return NotFound("there is no folder " + folder.string());
  std::sort(sources.policies.begin(), sources.policies.end());
  sources.taxonomy = folder / kTaxonomy;
  sources.organisation = folder / kOrganisation;
  const policies::GroupFloor floor =
      min_group > 0 ? policies::GroupFloor::kTestState : policies::GroupFloor::kEnforced;
  ASSIGN_OR_RETURN(policies::Policy policy, policies::CompilePolicies(sources, floor));
  if (min_group > 0) return policy.WithMinGroupForTests(min_group);
  return policy;
}

/// Of each step, those that it waits for.
std::map<std::string, std::set<std::string>> StepsBefore(const pipelines::Plan& plan) {
  std::map<std::string, std::string> writers;
  std::map<std::string, std::set<std::string>> before;
  for (const pipelines::PlannedStep& step : plan.steps) {
    std::set<std::string>& of_step = before[step.id];
    of_step.insert(step.after.begin(), step.after.end());
    for (const pipelines::PlannedInput& input : step.inputs) {
      const auto writer = writers.find(input.dataset);
      if (writer != writers.end()) of_step.insert(writer->second);
    }
    for (const pipelines::PlannedOutput& output : step.outputs) writers[output.dataset] = step.id;
  }
  return before;
}

Status CheckStep(const pipelines::Plan& plan, const std::string& step) {
  if (plan.Find(step) != nullptr) return OkStatus();
  std::vector<std::string> names;
  for (const pipelines::PlannedStep& known : plan.steps) names.push_back(known.id);
  const std::string nearest = NearestName(step, names);
  return NotFound("pipeline '" + plan.pipeline + "' has no step '" + step + "'")
      .WithRemedy(nearest.empty() ? "steps: " + Join(names, ", ")
                                  : "did you mean '" + nearest + "'?");
}

/// Leaves `step` and what it needs. Steps stand in topological order.
void KeepAncestors(pipelines::Plan& plan, const std::string& step) {
  const auto before = StepsBefore(plan);
  std::set<std::string> kept{step};
  for (auto at = plan.steps.rbegin(); at != plan.steps.rend(); ++at) {
    if (kept.count(at->id) == 0) continue;
    const std::set<std::string>& needed = before.at(at->id);
    kept.insert(needed.begin(), needed.end());
  }
  const auto dropped = [&kept](const pipelines::PlannedStep& one) {
    return kept.count(one.id) == 0;
  };
  plan.steps.erase(std::remove_if(plan.steps.begin(), plan.steps.end(), dropped), plan.steps.end());
}

}  // namespace

std::set<std::string> StepsFrom(const pipelines::Plan& plan,
                                const std::vector<std::string>& steps) {
  const auto before = StepsBefore(plan);
  std::set<std::string> from(steps.begin(), steps.end());
  for (const pipelines::PlannedStep& step : plan.steps) {
    const std::set<std::string>& needed = before.at(step.id);
    const bool follows = std::any_of(needed.begin(), needed.end(), [&from](const std::string& id) {
      return from.count(id) != 0;
    });
    if (follows) from.insert(step.id);
  }
  return from;
}

Json RunRequest::ToJson() const {
  Json given{Json::Object()};
  for (const auto& param : params) given.Set(param.first, param.second);
  std::error_code ignored;
  return Json::Of({{"file", fs::absolute(file, ignored).string()},
                   {"params", given},
                   {"base", base.string()},
                   {"bundles", bundles.string()},
                   {"priority", priority},
                   {"owner", owner},
                   {"cause", cause},
                   {"no_cache", no_cache},
                   {"only", only},
                   {"recompute", Json::Strings(recompute)},
                   {"moment", moment.micros},
                   {"min_group", min_group}});
}

RunRequest RunRequest::FromJson(const Json& json) {
  RunRequest request;
  request.file = json["file"].AsString();
  for (const auto& param : json["params"].fields()) {
    request.params[param.first] = param.second.AsString();
  }
  request.base = json["base"].AsString();
  request.bundles = json["bundles"].AsString();
  request.priority = static_cast<int>(json["priority"].AsInt());
  request.owner = json["owner"].AsString();
  request.cause = json["cause"].AsString();
  request.no_cache = json["no_cache"].AsBool();
  request.only = json["only"].AsString();
  request.recompute = json["recompute"].AsStrings();
  request.moment.micros = json["moment"].AsInt();
  request.min_group = json["min_group"].AsInt();
  return request;
}

Result<PreparedRun> PrepareRun(RunRequest request, Timestamp now) {
  pipelines::PlanRequest plan;
  plan.file = request.file;
  plan.params = request.params;
  plan.now = request.moment.micros == 0 ? now : request.moment;
  plan.bundles = request.bundles;
  plan.base = request.base;
  plan.refuse_unused = true;
  if (request.min_group > 0) plan.min_group_for_tests = request.min_group;
  ASSIGN_OR_RETURN(pipelines::Planned planned, pipelines::MakePlan(plan));
  for (const std::string& step : request.recompute) TRY(CheckStep(planned.plan, step));
  if (!request.only.empty()) {
    TRY(CheckStep(planned.plan, request.only));
    KeepAncestors(planned.plan, request.only);
  }
  return PreparedRun{std::move(request), std::move(planned)};
}

RunFolder::RunFolder(StateFolder& state, const RunId& run)
    : path_(state.path() / "runs" / run.text()) {}

Status RunFolder::Freeze(const PreparedRun& prepared) const {
  const fs::path policies = path_ / kPolicies;
  TRY(MakeFolders(path_));
  TRY(MakeFolders(policies));
  TRY(Copy(prepared.request.file, path_ / kPipeline));
  const policies::PolicySources& sources = prepared.planned.sources;
  for (size_t i = 0; i < sources.policies.size(); ++i) {
    TRY(Copy(sources.policies[i], policies / NumberedName(i, sources.policies[i])));
  }
  TRY(Copy(sources.taxonomy, policies / kTaxonomy));
  TRY(Copy(sources.organisation, policies / kOrganisation));
  const std::string plan = pipelines::EncodePlan(prepared.planned.plan).Dump();
  TRY(WriteFileAtomically(path_ / kPlan, AsBytes(plan), 0600, FileSync::kLater));
  const std::string request = prepared.request.ToJson().Pretty();
  TRY(WriteFileAtomically(path_ / kRequest, AsBytes(request), 0600, FileSync::kLater));
  return SyncFileSystem(path_);
}

Result<RunRequest> RunFolder::Request() const {
  ASSIGN_OR_RETURN(const Json json, ReadJson(path_ / kRequest));
  return RunRequest::FromJson(json);
}

Result<PreparedRun> RunFolder::Thaw() const {
  ASSIGN_OR_RETURN(RunRequest request, Request());
  ASSIGN_OR_RETURN(const Json json, ReadJson(path_ / kPlan));
  ASSIGN_OR_RETURN(pipelines::Plan plan, pipelines::DecodePlan(json));
  ASSIGN_OR_RETURN(policies::Policy policy, PolicyIn(path_ / kPolicies, request.min_group));
  if (policy.digest() != plan.policy_digest) {
    return Corrupt("the policies kept in " + path_.string() + " are not those of the plan");
  }
  return PreparedRun{std::move(request), {std::move(plan), std::move(policy), {}}};
}

void RunFolder::Remove() const {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace signet::coordinator
