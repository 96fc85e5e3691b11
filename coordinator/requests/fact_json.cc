#include "coordinator/requests/fact_json.h"

#include "crypto/base/clock.h"

namespace signet::coordinator {

std::string_view FactKindName(policies::Fact::Kind kind) {
  using policies::Fact;
  switch (kind) {
    case Fact::kSeen:
      return "seen";
    case Fact::kConsent:
      return "consent";
    case Fact::kJurisdiction:
      return "jurisdiction";
    case Fact::kMinor:
      return "minor";
    case Fact::kOptOutSale:
      return "opt_out_sale";
    case Fact::kGpc:
      return "gpc";
    case Fact::kRestriction:
      return "restriction";
    case Fact::kTombstone:
      return "erasure";
    case Fact::kLimitSensitive:
      return "limit_sensitive";
  }
  return "";
}

Json FactJson(const policies::Fact& fact) {
  Json json =
      Json::Of({{"kind", FactKindName(fact.kind)}, {"value", fact.value}, {"source", fact.source}});
  if (!fact.purpose.empty()) json.Set("purpose", fact.purpose);
  if (!fact.wording.empty()) json.Set("wording", fact.wording);
  if (fact.time_micros != 0) json.Set("time", TimestampText({fact.time_micros}));
  return json;
}

}  // namespace signet::coordinator
