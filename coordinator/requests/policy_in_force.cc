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
  std::sort(names.rbegin(), names.rend());
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
