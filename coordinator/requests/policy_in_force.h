/// The policies by which a request is answered: those of the newest run, else the shipped ones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/run_folder.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// A run as it was asked for.
struct FrozenRun {
  std::string id;
  PreparedRun run;
};

/// The frozen runs that the state remembers, the newest first; those that cannot be read are left
/// out.
std::vector<FrozenRun> FrozenRuns(StateFolder& state);

/// Those of the newest frozen run; without one `gdpr` and `ccpa` from `bundles`.
Result<policies::Policy> PolicyInForce(StateFolder& state, const std::filesystem::path& bundles);

}  // namespace signet::coordinator
