#include "policies/model/label.h"

#include <algorithm>
#include <iterator>
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

Json SetJson(const std::set<std::string>& texts) {
  return Json::Strings(std::vector<std::string>(texts.begin(), texts.end()));
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
  // Purposes mean something only beside categories: a constant must not narrow what it meets.
  if (a.categories.empty() || b.categories.empty()) {
    if (!a.categories.empty()) joined.purposes = a.purposes;
    if (!b.categories.empty()) joined.purposes = b.purposes;
    return joined;
  }
  std::set_intersection(a.purposes.begin(),
                        a.purposes.end(),
                        b.purposes.begin(),
                        b.purposes.end(),
                        std::inserter(joined.purposes, joined.purposes.end()));
  return joined;
}

Json Label::ToJson() const {
  return Json::Of({{"categories", SetJson(categories)},
                   {"identifiability", IdentifiabilityName(identifiability)},
                   {"purposes", SetJson(purposes)},
                   {"origins", SetJson(origins)},
                   {"class", LabelClassName(label_class)}});
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
  return label;
}

}  // namespace signet::policies
