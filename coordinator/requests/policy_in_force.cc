#include "coordinator/requests/policy_in_force.h"

#include <string>
#include <utility>

#include "coordinator/requests/run_names.h"
#include "policies/compile/compile.h"

namespace signet::coordinator {

std::vector<FrozenRun> FrozenRuns(StateFolder& state) {
  std::vector<FrozenRun> runs;
  for (const std::string& name : RunNamesNewestFirst(state)) {
    Result<PreparedRun> run = RunFolder(state, RunId(name)).Thaw();
    if (run.ok()) runs.push_back({name, *std::move(run)});
  }
  return runs;
}

Result<policies::Policy> PolicyInForce(StateFolder& state, const std::filesystem::path& bundles) {
  for (const std::string& name : RunNamesNewestFirst(state)) {
    Result<PreparedRun> run = RunFolder(state, RunId(name)).Thaw();
    if (run.ok()) return std::move(run->planned.policy);
  }
  ASSIGN_OR_RETURN(
      const policies::PolicySources sources,
      policies::FindPolicies({"gdpr", "ccpa"}, std::filesystem::current_path(), bundles));
  return policies::CompilePolicies(sources);
}

}  // namespace signet::coordinator
