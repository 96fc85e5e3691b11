#include <set>
#include <string>
#include <vector>

#include "policies/compile/policy.h"

namespace signet::policies {
namespace {

Json Texts(const std::set<std::string>& texts) {
  return Json::Strings(std::vector<std::string>(texts.begin(), texts.end()));
}

Json BasisJson(const PurposeBasis& basis) {
  return Json::Of({{"basis", basis.basis},
                   {"description", basis.description},
                   {"article", basis.article},
                   {"consent", ConsentModeName(basis.mode)},
                   {"refusal_article", basis.refusal_article},
                   {"minors", MinorRuleName(basis.minors)},
                   {"assessment", basis.assessment},
                   {"special_condition", basis.special_condition},
                   {"special_article", basis.special_article}});
}

Json RuleJson(const CategoryRule& rule) {
  Json json = Json::Of({{"treatment", rule.treatment.ToJson()},
                        {"purposes", Texts(rule.purposes)},
                        {"releasable", rule.releasable},
                        {"article", rule.article}});
  if (rule.retention_s.has_value()) json.Set("retention_s", *rule.retention_s);
  if (rule.regions.has_value()) json.Set("regions", Texts(*rule.regions));
  if (rule.min_group > 0) json.Set("min_group", rule.min_group);
  if (!rule.proxy_for.empty()) json.Set("proxy_for", Texts(rule.proxy_for));
  return json;
}

Json JurisdictionJson(const Jurisdiction& jurisdiction) {
  return Json::Of({{"countries", Texts(jurisdiction.countries)},
                   {"regions", Texts(jurisdiction.regions)},
                   {"minor_age", jurisdiction.minor_age}});
}

Json PartJson(const PolicyPart& part) {
  Json json = Json::Of({{"name", part.name},
                        {"title", part.title},
                        {"law", part.law},
                        {"version", part.version},
                        {"transfer_regions", Texts(part.transfer_regions)},
                        {"transfer_safeguards", Texts(part.transfer_safeguards)},
                        {"transfer_article", part.transfer_article}});
  for (const auto& entry : part.jurisdictions) {
    json.Field("jurisdictions").Set(entry.first, JurisdictionJson(entry.second));
  }
  for (const auto& entry : part.purposes) {
    json.Field("purposes").Set(entry.first, BasisJson(entry.second));
  }
  for (const auto& entry : part.categories) {
    json.Field("categories").Set(entry.first, RuleJson(entry.second));
  }
  for (const auto& entry : part.rights) json.Field("rights").Set(entry.first, entry.second);
  for (const auto& entry : part.rights_clock_s) {
    json.Field("rights_clock_s").Set(entry.first, entry.second);
  }
  json.Set("retention_article", part.retention_article);
  for (const auto& entry : part.retention_s) {
    json.Field("retention_s").Set(entry.first, entry.second);
  }
  json.Set("sale",
           Json::Of({{"consent", ConsentModeName(part.sale.mode)},
                     {"gpc", part.sale.honour_gpc},
                     {"minors", MinorRuleName(part.sale.minors)},
                     {"article", part.sale.article},
                     {"gpc_article", part.sale.gpc_article},
                     {"minors_article", part.sale.minors_article},
                     {"gpc_scope", Texts(part.sale.gpc_scope)},
                     {"confirm_opt_out", part.sale.confirm_opt_out},
                     {"confirmation_article", part.sale.confirmation_article}}));
  json.Set("sensitive",
           Json::Of({{"limit", part.sensitive.limit}, {"article", part.sensitive.article}}));
  return json;
}

Json CategoryJson(const Category& category) {
  return Json::Of({{"description", category.description},
                   {"identifiability", IdentifiabilityName(category.identifiability)},
                   {"class", LabelClassName(category.label_class)},
                   {"link_type", category.link_type},
                   {"special", category.special}});
}

Json RecipientJson(const Recipient& recipient) {
  return Json::Of({{"description", recipient.description},
                   {"relation", RelationName(recipient.relation)},
                   {"region", recipient.region},
                   {"safeguard", recipient.safeguard},
                   {"purposes", Texts(recipient.purposes)},
                   {"releases", Texts(recipient.releases)},
                   {"article", recipient.article}});
}

}  // namespace

Json Policy::ToJson() const {
  Json json = Json::Of({{"signet_policy", 1}});
  for (const PolicyPart& part : parts_) json.Field("policies").Push(PartJson(part));
  for (const auto& entry : taxonomy_.categories()) {
    json.Field("categories").Set(entry.first, CategoryJson(entry.second));
  }
  for (const auto& entry : taxonomy_.uses()) {
    json.Field("uses").Set(entry.first, entry.second.description);
  }
  Json organisation = Json::Of({{"controller", organisation_.controller},
                                {"address", organisation_.address},
                                {"contact", organisation_.contact},
                                {"dpo", organisation_.dpo},
                                {"dpo_contact", organisation_.dpo_contact}});
  for (const auto& entry : organisation_.recipients) {
    organisation.Field("recipients").Set(entry.first, RecipientJson(entry.second));
  }
  json.Set("organisation", std::move(organisation));
  for (const auto& entry : treatments_) {
    json.Field("treatments").Set(entry.first, entry.second.ToJson());
  }
  json.Set("publication",
           Json::Of({{"min_group", publication_.min_group},
                     {"min_class", publication_.min_class},
                     {"min_leaf", publication_.min_leaf},
                     {"hold_max_s", publication_.hold_max_s},
                     {"epsilon_max", publication_.epsilon_max},
                     {"budget_period_s", publication_.budget_period_s},
                     {"article", publication_.article}}));
  return json;
}

}  // namespace signet::policies
