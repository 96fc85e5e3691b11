/// What the policies say of opt-outs: whom a browser's signal reaches, and what the person is told.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/pseudonym/link_type.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// `gpc_scope` of every policy that honours the signal, joined: "browser", "device",
/// "pseudonymous_profile", "account". Where no policy says, all of them: the widest.
std::set<std::string> GpcScopes(const policies::Policy& policy);
/// What an identifier of this type stands for: "browser" (cookie), "device", else "account".
std::string_view GpcScopeOf(crypto::LinkType type);

/// What a person who opted out must be shown (`confirm_opt_out`; 11 CCR sections 7025(c)(6),
/// 7026(g)): {text, article, time}; nothing where no policy asks for it.
std::optional<Json> OptOutConfirmation(const policies::Policy& policy, Timestamp now);

}  // namespace signet::coordinator
