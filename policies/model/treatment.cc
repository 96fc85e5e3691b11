#include "policies/model/treatment.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

constexpr EnumNames<TreatmentKind, 6> kTreatments = {{
    {TreatmentKind::kKeep, "keep"},
    {TreatmentKind::kGeneralise, "generalise"},
    {TreatmentKind::kPseudonymise, "pseudonymise"},
    {TreatmentKind::kEncrypt, "encrypt"},
    {TreatmentKind::kEscrow, "escrow"},
    {TreatmentKind::kDrop, "drop"},
}};

// The primary generalisations: two different ones cannot be compared.
constexpr std::array<const char*, 4> kPrimaries = {"band", "truncate", "year", "hierarchy"};

std::string_view PrimaryOf(const Json& options) {
  for (const char* primary : kPrimaries) {
    if (options.Has(primary)) return primary;
  }
  return {};
}

Status ConflictOf(const Treatment& a, const Treatment& b) {
  // The rules are named in a fixed order, so that both orders give the same text.
  const bool swapped = b.rule < a.rule;
  const Treatment& first = swapped ? b : a;
  const Treatment& second = swapped ? a : b;
  return Conflict("neither " + first.options.Dump() + " (" + first.rule + ") nor " +
                  second.options.Dump() + " (" + second.rule + ") is stricter");
}

// Whether every two values that `fine` makes one are one in `coarse` too.
bool IsCoarserHierarchy(const Json& coarse, const Json& fine) {
  if (coarse["hierarchy"].size() != fine["hierarchy"].size()) return false;
  std::map<std::string, std::string> became;
  for (const auto& entry : fine["hierarchy"].fields()) {
    if (!coarse["hierarchy"].Has(entry.first)) return false;
    const std::string& parent = coarse["hierarchy"][entry.first].AsString();
    const auto added = became.emplace(entry.second.AsString(), parent);
    if (!added.second && added.first->second != parent) return false;
  }
  const auto rest = became.find(fine["other"].AsString());
  return rest == became.end() || rest->second == coarse["other"].AsString();
}

// Two hierarchies compare only where one coarsens the other.
Result<const Treatment*> CoarserHierarchy(const Treatment& a, const Treatment& b) {
  const bool a_coarser = IsCoarserHierarchy(a.options, b.options);
  const bool b_coarser = IsCoarserHierarchy(b.options, a.options);
  // The same classes under different names: somebody must choose the names.
  if (a_coarser == b_coarser && a.options["hierarchy"] != b.options["hierarchy"]) {
    return ConflictOf(a, b);
  }
  return a_coarser ? &a : &b;
}

// Only nested bands compare: 10 lies within 20, but 10 and 15 cut each other.
Status CheckNested(const std::vector<const Treatment*>& all,
                   const Treatment& coarsest,
                   int64_t widest) {
  for (const Treatment* one : all) {
    if (!one->options.Has("band")) continue;
    if (widest % std::max<int64_t>(1, one->options["band"].AsInt()) != 0) {
      return ConflictOf(coarsest, *one);
    }
  }
  return OkStatus();
}

// The options of the coarsest generalisation, or a conflict.
Result<Json> Coarsest(const std::vector<const Treatment*>& all) {
  Json options{Json::Object{}};
  const Treatment* with_primary = nullptr;
  int64_t widest = 0;
  for (const Treatment* one : all) {
    const std::string primary(PrimaryOf(one->options));
    if (const Json& top = one->options["top"]; !top.is_null()) {
      options.Set("top", std::min(top.AsInt(), options["top"].AsInt(top.AsInt())));
    }
    if (primary.empty()) continue;
    const int64_t value = one->options[primary].AsInt();
    const bool first = with_primary == nullptr;
    if (!first && PrimaryOf(with_primary->options) != primary) {
      return ConflictOf(*with_primary, *one);
    }
    if (!first && primary == "hierarchy") {
      ASSIGN_OR_RETURN(with_primary, CoarserHierarchy(*with_primary, *one));
      continue;
    }
    if (first || (primary == "truncate" ? value < widest : value > widest)) {
      with_primary = one;
      widest = value;
    }
  }
  if (with_primary == nullptr) return options;
  const std::string primary(PrimaryOf(with_primary->options));
  if (primary == "band") TRY(CheckNested(all, *with_primary, widest));
  options.Set(primary, with_primary->options[primary]);
  if (primary == "hierarchy") options.Set("other", with_primary->options["other"]);
  return options;
}

}  // namespace

std::string_view TreatmentName(TreatmentKind kind) {
  return NameIn(kTreatments, kind);
}

Result<TreatmentKind> TreatmentFromName(std::string_view name) {
  return ValueIn(kTreatments, name, "treatment");
}

Json Treatment::ToJson() const {
  Json json = Json::Of({{"kind", TreatmentName(kind)}});
  if (options.is_object() && options.size() > 0) json.Set("options", options);
  return json;
}

Result<Treatment> Treatment::FromJson(const Json& json) {
  Treatment treatment;
  ASSIGN_OR_RETURN(treatment.kind, TreatmentFromName(json["kind"].AsString()));
  treatment.options = json["options"];
  return treatment;
}

namespace {

/// Those of the strictest kind among several.
std::vector<const Treatment*> OfStrictestKind(std::span<const Treatment> several) {
  TreatmentKind kind = TreatmentKind::kKeep;
  for (const Treatment& one : several) kind = std::max(kind, one.kind);
  std::vector<const Treatment*> all;
  for (const Treatment& one : several) {
    if (one.kind == kind) all.push_back(&one);
  }
  return all;
}

}  // namespace

Result<Treatment> Treatment::Strictest(std::span<const Treatment> several) {
  CHECK(!several.empty());
  const std::vector<const Treatment*> all = OfStrictestKind(several);
  const TreatmentKind kind = all.front()->kind;
  // The rule cited is that of the smallest place, so that no order matters.
  const Treatment* cited = all.front();
  for (const Treatment* one : all) {
    if (one->rule < cited->rule) cited = one;
  }
  Treatment strictest = *cited;
  if (kind == TreatmentKind::kPseudonymise) {
    for (const Treatment* one : all) {
      if (one->options != cited->options) return ConflictOf(*cited, *one);
    }
  }
  if (kind == TreatmentKind::kGeneralise) {
    ASSIGN_OR_RETURN(const Json options, Coarsest(all));
    // Cite the rule that says all of it, if there is one.
    for (const Treatment* one : all) {
      const bool whole = one->options == options;
      if (whole && (strictest.options != options || one->rule < strictest.rule)) strictest = *one;
    }
    strictest.options = options;
  }
  return strictest;
}

}  // namespace signet::policies
