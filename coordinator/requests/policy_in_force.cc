#include "coordinator/requests/policy_in_force.h"

#include <algorithm>
#include <compare>
#include <string>
#include <system_error>
#include <utility>

#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

/// A run's name begins with the second in which it was made; within one, the plan that was frozen
/// later is newer.
struct RunAge {
  std::string second;
  std::filesystem::file_time_type frozen;
  std::string name;
  friend auto operator<=>(const RunAge&, const RunAge&) = default;
};

/// The newest first.
std::vector<std::string> RunNames(StateFolder& state) {
  std::vector<RunAge> runs;
  std::error_code error;
  for (std::filesystem::directory_iterator at(state.path() / "runs", error), end;
       !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    const auto frozen = std::filesystem::last_write_time(at->path() / "plan.json", ignored);
    runs.push_back({name.substr(0, name.find('-')), frozen, name});
  }
  std::sort(runs.rbegin(), runs.rend());
  std::vector<std::string> names;
  names.reserve(runs.size());
  for (RunAge& run : runs) names.push_back(std::move(run.name));
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
