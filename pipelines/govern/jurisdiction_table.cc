#include "pipelines/govern/jurisdiction_table.h"

namespace signet::pipelines {
namespace {

constexpr std::string_view kAnyRegion = "*";
constexpr int64_t kMinorAgeStrictest = 18;

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string Place(std::string_view country, std::string_view region) {
  std::string place = Upper(country);
  if (!region.empty()) place += "/" + Upper(region);
  return place;
}

}  // namespace

JurisdictionTable JurisdictionTable::FromPolicy(const policies::Policy& policy) {
  JurisdictionTable table;
  const auto add = [&](const std::string& country, std::string_view region) {
    table.places_.emplace(Place(country, region), policy.JurisdictionOf(country, region));
  };
  for (const policies::PolicyPart& part : policy.parts()) {
    for (const auto& [name, jurisdiction] : part.jurisdictions) {
      for (const std::string& country : jurisdiction.countries) {
        add(country, "");
        add(country, kAnyRegion);
        for (const std::string& region : jurisdiction.regions) add(country, region);
      }
    }
  }
  for (const std::string& name : policy.JurisdictionNames()) {
    table.minor_ages_.emplace(name, policy.MinorAge(name));
  }
  table.minor_ages_.emplace("", policy.MinorAge(""));
  return table;
}

std::string JurisdictionTable::Of(std::string_view country, std::string_view region) const {
  auto found = places_.find(Place(country, region));
  if (found == places_.end() && !region.empty()) found = places_.find(Place(country, kAnyRegion));
  return found == places_.end() ? std::string() : found->second;
}

int64_t JurisdictionTable::MinorAge(std::string_view jurisdiction) const {
  auto found = minor_ages_.find(jurisdiction);
  if (found == minor_ages_.end()) found = minor_ages_.find("");
  return found == minor_ages_.end() ? kMinorAgeStrictest : found->second;
}

Json JurisdictionTable::ToJson() const {
  Json places{Json::Object()};
  for (const auto& [place, name] : places_) places.Set(place, name);
  Json ages{Json::Object()};
  for (const auto& [name, age] : minor_ages_) ages.Set(name, age);
  return Json::Of({{"places", places}, {"minor_ages", ages}});
}

Result<JurisdictionTable> JurisdictionTable::FromJson(const Json& json) {
  JurisdictionTable table;
  if (!json["places"].is_object() || !json["minor_ages"].is_object()) {
    return Invalid("a jurisdiction table needs places and minor_ages");
  }
  for (const auto& [place, name] : json["places"].fields()) {
    table.places_.emplace(place, name.AsString());
  }
  for (const auto& [name, age] : json["minor_ages"].fields()) {
    table.minor_ages_.emplace(name, age.AsInt(kMinorAgeStrictest));
  }
  return table;
}

}  // namespace signet::pipelines
