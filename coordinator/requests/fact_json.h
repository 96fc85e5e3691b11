/// Statements of the consent ledger as JSON, for the person whom they are about.
#pragma once

#include <string_view>

#include "crypto/base/json.h"
#include "policies/consent/fact.h"

namespace signet::coordinator {

/// "consent", "opt_out_sale", ...
std::string_view FactKindName(policies::Fact::Kind kind);
/// {kind, value, source} and, where there are any, purpose, wording and time; without the subject.
Json FactJson(const policies::Fact& fact);

}  // namespace signet::coordinator
