/// What changes for data and people when one policy takes the place of another.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "policies/compile/policy.h"

namespace signet::policies {

/// {same, digests: [before, after],
///  uses: [{category, purpose, before, after, rule, article, message}],   newly allowed or denied
///  treatments: [{category, before, after, rule}],
///  purposes: [{purpose, before: {POLICY: {basis, consent, minors, special}}, after}],
///  recipients: [{recipient, purpose, before, after, rule}],
///  limits: [{name, before, after}]}: retention, group sizes, budgets, transfers.
/// `rule` is the line that decides after the change.
Json DiffPolicies(const Policy& before, const Policy& after);

/// The same for people.
std::string PolicyDiffText(const Json& diff);

}  // namespace signet::policies
