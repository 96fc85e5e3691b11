#include "coordinator/requests/purpose_check.h"

#include <algorithm>
#include <vector>

#include "crypto/base/text.h"
#include "policies/model/taxonomy.h"

namespace signet::coordinator {

Status CheckPurpose(const policies::Policy& policy, const std::string& purpose) {
  if (policy.FindPurpose(purpose) != nullptr) return OkStatus();
  const std::vector<std::string> names = policy.PurposeNames();
  const std::string nearest = NearestName(purpose, names);
  return Invalid("no policy declares the purpose '" + purpose + "'")
      .WithDiagnostic("SIG-3017")
      .WithRemedy(nearest.empty() ? "purposes: " + Join(names, ", ")
                                  : "did you mean '" + nearest + "'?");
}

Status CheckPurposeOrAncestor(const policies::Policy& policy, const std::string& purpose) {
  const std::vector<std::string> names = policy.PurposeNames();
  const bool covers = std::any_of(names.begin(), names.end(), [&purpose](const std::string& name) {
    return policies::IsWithin(name, purpose);
  });
  return covers ? OkStatus() : CheckPurpose(policy, purpose);
}

}  // namespace signet::coordinator
