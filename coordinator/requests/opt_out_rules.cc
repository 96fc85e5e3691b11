#include "coordinator/requests/opt_out_rules.h"

namespace signet::coordinator {

std::set<std::string> GpcScopes(const policies::Policy& policy) {
  std::set<std::string> scopes;
  for (const policies::PolicyPart& part : policy.parts()) {
    if (!part.sale.honour_gpc) continue;
    scopes.insert(part.sale.gpc_scope.begin(), part.sale.gpc_scope.end());
  }
  if (scopes.empty()) scopes = {"browser", "device", "pseudonymous_profile", "account"};
  return scopes;
}

std::string_view GpcScopeOf(crypto::LinkType type) {
  if (type == crypto::LinkType::kCookie) return "browser";
  if (type == crypto::LinkType::kDevice) return "device";
  return "account";
}

std::optional<Json> OptOutConfirmation(const policies::Policy& policy, Timestamp now) {
  for (const policies::PolicyPart& part : policy.parts()) {
    if (!part.sale.confirm_opt_out) continue;
    return Json::Of({{"text", "Opt-out request honored"},
                     {"article", part.sale.confirmation_article},
                     {"time", TimestampText(now)}});
  }
  return std::nullopt;
}

}  // namespace signet::coordinator
