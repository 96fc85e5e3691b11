#include "coordinator/requests/policy_in_force.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

/// Ids begin with the time: the newest first.
std::vector<std::string> RunNames(StateFolder& state) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(state.path() / "runs", error), end;
       !error && at != end;
       at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  // A name knows the second only; within one, the plan that was frozen later is newer.
  const auto age_of = [&](const std::string& name) {
    std::error_code ignored;
    const auto frozen =
        std::filesystem::last_write_time(state.path() / "runs" / name / "plan.json", ignored);
    return std::make_pair(name.substr(0, name.find('-')), frozen);
  };
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return age_of(b) < age_of(a);
  });
  return names;
}

}  // namespace

std::vector<FrozenRun> FrozenRuns(StateFolder& state) {
  std::vector<FrozenRun> runs;
  for (const std::string& name : RunNames(state)) {
    Result<PreparedRun> run = RunFolder(state, RunId(name)).Thaw();
    if (run.ok()) runs.push_back({name, *std::move(run)});
  }
  return runs;
}

Result<policies::Policy> PolicyInForce(StateFolder& state, const std::filesystem::path& bundles) {
  for (const std::string& name : RunNames(state)) {
    Result<PreparedRun> run = RunFolder(state, RunId(name)).Thaw();
    if (run.ok()) return std::move(run->planned.policy);
  }
  ASSIGN_OR_RETURN(
      const policies::PolicySources sources,
      policies::FindPolicies({"gdpr", "ccpa"}, std::filesystem::current_path(), bundles));
  return policies::CompilePolicies(sources);
}

}  // namespace signet::coordinator
