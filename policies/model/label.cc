#include "policies/model/label.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "policies/model/enum_names.h"

namespace signet::policies {
namespace {

constexpr EnumNames<Identifiability, 5> kIdentifiabilities = {{
    {Identifiability::kNone, "none"},
    {Identifiability::kAggregate, "aggregate"},
    {Identifiability::kQuasi, "quasi"},
    {Identifiability::kPseudonymous, "pseudonymous"},
    {Identifiability::kDirect, "direct"},
}};

constexpr EnumNames<LabelClass, kLabelClassCount> kLabelClasses = {{
    {LabelClass::kOrdinary, "ordinary"},
    {LabelClass::kLinks, "links"},
    {LabelClass::kSensitive, "sensitive"},
    {LabelClass::kEscrow, "escrow"},
    {LabelClass::kFacts, "facts"},
}};

std::set<std::string> Union(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> all = a;
  all.insert(b.begin(), b.end());
  return all;
}

std::set<std::string> Intersection(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

std::optional<int64_t> Shorter(std::optional<int64_t> a, std::optional<int64_t> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

Json SetJson(const std::set<std::string>& texts) {
  return Json::Array(texts.begin(), texts.end());
}

Result<std::set<std::string>> SetFromJson(const Json& json, std::string_view what) {
  std::set<std::string> texts;
  if (!json.is_null() && !json.is_array()) {
    return Invalid("a label's " + std::string(what) + " must be a list");
  }
  for (const Json& item : json.items()) {
    if (!item.is_string()) return Invalid("a label's " + std::string(what) + " must be texts");
    texts.insert(item.AsString());
  }
  return texts;
}

}  // namespace

std::string_view IdentifiabilityName(Identifiability level) {
  return NameIn(kIdentifiabilities, level);
}

Result<Identifiability> IdentifiabilityFromName(std::string_view name) {
  return ValueIn(kIdentifiabilities, name, "identifiability");
}

std::string_view LabelClassName(LabelClass label_class) {
  return NameIn(kLabelClasses, label_class);
}

Result<LabelClass> LabelClassFromName(std::string_view name) {
  return ValueIn(kLabelClasses, name, "label class");
}

bool Label::Allows(std::string_view purpose) const {
  return categories.empty() || purposes.count(std::string(purpose)) > 0;
}

Label Label::Join(const Label& a, const Label& b) {
  Label joined;
  joined.categories = Union(a.categories, b.categories);
  joined.origins = Union(a.origins, b.origins);
  joined.identifiability = std::max(a.identifiability, b.identifiability);
  joined.label_class = std::max(a.label_class, b.label_class);
  joined.jurisdictions = Union(a.jurisdictions, b.jurisdictions);
  joined.special = Union(a.special, b.special);
  joined.regions = a.regions.has_value() && b.regions.has_value()
                       ? Intersection(*a.regions, *b.regions)
                       : (a.regions.has_value() ? a.regions : b.regions);
  joined.retention_s = Shorter(a.retention_s, b.retention_s);
  joined.min_group = std::max(a.min_group, b.min_group);
  // Purposes mean something only beside categories: a constant must not narrow what it meets.
  if (a.categories.empty() || b.categories.empty()) {
    const Label& stated = a.categories.empty() ? b : a;
    if (!stated.categories.empty()) {
      joined.purposes = stated.purposes;
      joined.bases = stated.bases;
    }
    return joined;
  }
  joined.purposes = Intersection(a.purposes, b.purposes);
  joined.bases = Intersection(a.bases, b.bases);
  return joined;
}

Json Label::ToJson() const {
  // Field by field: a list of fields would be copied, and a plan holds thousands of labels.
  Json json{Json::Object()};
  json.Set("categories", SetJson(categories));
  json.Set("identifiability", IdentifiabilityName(identifiability));
  json.Set("purposes", SetJson(purposes));
  json.Set("origins", SetJson(origins));
  json.Set("class", LabelClassName(label_class));
  if (!bases.empty()) json.Set("bases", SetJson(bases));
  if (!jurisdictions.empty()) json.Set("jurisdictions", SetJson(jurisdictions));
  if (regions.has_value()) json.Set("regions", SetJson(*regions));
  if (retention_s.has_value()) json.Set("retention_s", *retention_s);
  if (min_group > 0) json.Set("min_group", min_group);
  if (!special.empty()) json.Set("special", SetJson(special));
  return json;
}

Result<Label> Label::FromJson(const Json& json) {
  if (!json.is_object()) return Invalid("a label must be an object");
  Label label;
  ASSIGN_OR_RETURN(label.categories, SetFromJson(json["categories"], "categories"));
  ASSIGN_OR_RETURN(label.purposes, SetFromJson(json["purposes"], "purposes"));
  ASSIGN_OR_RETURN(label.origins, SetFromJson(json["origins"], "origins"));
  ASSIGN_OR_RETURN(label.identifiability,
                   IdentifiabilityFromName(json["identifiability"].AsString()));
  ASSIGN_OR_RETURN(label.label_class, LabelClassFromName(json["class"].AsString()));
  ASSIGN_OR_RETURN(label.bases, SetFromJson(json["bases"], "bases"));
  ASSIGN_OR_RETURN(label.jurisdictions, SetFromJson(json["jurisdictions"], "jurisdictions"));
  ASSIGN_OR_RETURN(label.special, SetFromJson(json["special"], "special categories"));
  if (json.Has("regions")) {
    ASSIGN_OR_RETURN(label.regions, SetFromJson(json["regions"], "regions"));
  }
  if (json.Has("retention_s")) label.retention_s = json["retention_s"].AsInt();
  label.min_group = json["min_group"].AsInt();
  return label;
}

}  // namespace signet::policies
