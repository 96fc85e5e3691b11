/// Whether a purpose means anything to the policies: a fact about another one would bind nobody.
#pragma once

#include <string>

#include "crypto/base/status.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// SIG-3017 with "did you mean" unless a policy declares the purpose.
Status CheckPurpose(const policies::Policy& policy, const std::string& purpose);
/// The same, but "marketing" will do when there is a purpose below it.
Status CheckPurposeOrAncestor(const policies::Policy& policy, const std::string& purpose);

}  // namespace signet::coordinator
