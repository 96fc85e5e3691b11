#include <string>
#include <vector>

#include "policies/compile/compile.h"
#include "policies/compile/compile_parts.h"
#include "policies/document/json_schema.h"

namespace signet::policies {
namespace {

Json ModeSchema(std::string description) {
  return SchemaChoice({"not_needed", "opt_out", "opt_in"}, std::move(description));
}

Json MinorsSchema() {
  return SchemaChoice({"allow", "opt_in", "deny"}, "What may be done with a minor's data");
}

SchemaField Article() {
  return {"article", SchemaText("The article or section the rule rests on"), true};
}

Json TreatmentSchema() {
  const Json generalise = SchemaObject(
      {{"band", SchemaInteger("Width of the bands of numbers, or of years")},
       {"truncate", SchemaInteger("How many characters stay")},
       {"year", SchemaBool("Dates become their year")},
       {"hierarchy", SchemaMapOf(SchemaText("The parent"), "Values to their parents")},
       {"other", SchemaText("The parent of values that the hierarchy does not list")},
       {"top", SchemaInteger("Larger numbers become this one")}},
      "Exactly one of band, truncate, year and hierarchy, perhaps with top; or top alone");
  return SchemaAnyOf(
      {SchemaChoice({"keep", "pseudonymise", "encrypt", "escrow", "drop"}, "Without options"),
       SchemaObject({{"generalise", generalise, true}}, "Coarser values"),
       SchemaObject(
           {{"pseudonymise",
             SchemaObject({{"domain", SchemaText("Tokens of two domains never match")}}, "Options"),
             true}},
           "Keyed tokens")},
      "What the gate does to columns of the category");
}

Json CategorySchema() {
  return SchemaObject(
      {{"treatment", TreatmentSchema(), true},
       {"purposes", SchemaTexts("Purposes that may use the category, or their ancestors")},
       {"releasable", SchemaBool("Whether release rules may name the category")},
       {"retention", SchemaDuration("How long it may be kept, in datasets of any kind")},
       {"regions", SchemaTexts("Regions it may go to, whatever the safeguard")},
       {"min_group", SchemaInteger("Smallest group that it may define")},
       {"proxy_for", SchemaTexts("Special categories that it may stand for")},
       {"note", SchemaText("Why")},
       Article()},
      "The rule for a category and all below it without a rule of their own");
}

Json PurposeSchema() {
  return SchemaObject(
      {{"description", SchemaText("What for, in a sentence"), true},
       {"basis",
        SchemaChoice({"consent",
                      "contract",
                      "legal_obligation",
                      "vital_interests",
                      "public_task",
                      "legitimate_interests",
                      "notice"},
                     "The lawful basis"),
        true},
       {"consent", ModeSchema("What the purpose needs from the subject"), true},
       {"refusal_article", SchemaText("Where the right to refuse stands")},
       {"minors", MinorsSchema(), true},
       {"assessment", SchemaText("Reference of the legitimate-interest assessment")},
       {"special",
        SchemaObject({{"condition",
                       SchemaChoice({"explicit_consent",
                                     "employment",
                                     "vital_interests",
                                     "made_public",
                                     "legal_claims",
                                     "public_interest",
                                     "health_care",
                                     "public_health",
                                     "research",
                                     "notice",
                                     "permitted_use"},
                                    "Art. 9(2), or what the consumer may limit"),
                       true},
                      Article()},
                     "Why the purpose may use special categories and their proxies")},
       {"note", SchemaText("Why")},
       Article()},
      "A purpose, named as a child of a Fideslang use");
}

Json JurisdictionSchema() {
  return SchemaObject({{"countries", SchemaTexts("ISO 3166-1 alpha-2 codes"), true},
                       {"regions", SchemaTexts("Regions of those countries; absent = all")},
                       {"minor_age", SchemaInteger("Years below which a subject is a minor")},
                       {"note", SchemaText("Why")}},
                      "Whose subjects the policy governs");
}

Json SaleSchema() {
  return SchemaObject({{"consent", ModeSchema("What a sale or share needs"), true},
                       {"gpc", SchemaBool("Whether the Global Privacy Control opts out")},
                       {"minors", MinorsSchema(), true},
                       {"gpc_article", SchemaText("Where GPC is ruled")},
                       {"minors_article", SchemaText("Where minors are ruled")},
                       {"gpc_scope", SchemaTexts("What a signal opts out")},
                       {"confirm_opt_out", SchemaBool("Whether the opt-out is confirmed")},
                       {"confirmation_article", SchemaText("Where the confirmation is ruled")},
                       Article()},
                      "Handing data to recipients as a sale or share");
}

Json RetentionSchema() {
  std::vector<SchemaField> fields = {Article()};
  for (const std::string& kind : DatasetKinds()) {
    fields.push_back({kind, SchemaDuration("How long such datasets are kept")});
  }
  return SchemaObject(fields, "How long datasets are kept, by kind");
}

}  // namespace

Json PolicySchema() {
  const Json rights = SchemaObject({{"erasure", SchemaText("Article cited"), true},
                                    {"restriction", SchemaText("Article cited"), true},
                                    {"minors", SchemaText("Article cited"), true},
                                    {"access", SchemaText("Article cited")},
                                    {"portability", SchemaText("Article cited")},
                                    {"rectification", SchemaText("Article cited")},
                                    {"objection", SchemaText("Article cited")},
                                    {"opt_out", SchemaText("Article cited")},
                                    {"limit_sensitive", SchemaText("Article cited")},
                                    {"acknowledge", SchemaDuration("Until receipt is confirmed")},
                                    {"deadline", SchemaDuration("Until a request is answered")},
                                    {"extension", SchemaDuration("By which it may be longer")}},
                                   "Where the subject's rights stand");
  const Json publication =
      SchemaObject({{"min_group", SchemaInteger("Smallest group that may be published")},
                    {"min_class", SchemaInteger("Smallest class of people who look alike")},
                    {"min_leaf", SchemaInteger("Smallest leaf that explanations tell about")},
                    {"hold_max", SchemaDuration("How long small additions are held")},
                    {"budget",
                     SchemaObject({{"epsilon", Json::Of({{"type", "number"}})},
                                   {"period", SchemaDuration("In which the loss may be spent")}},
                                  "Privacy loss that noisy counts may cost a recipient")},
                    Article()},
                   "The disclosure gate");
  const Json transfers =
      SchemaObject({{"regions", SchemaTexts("Regions without further safeguard"), true},
                    {"safeguards", SchemaTexts("Instruments that cover other regions")},
                    Article()},
                   "Where data may go");
  return SchemaDocument(
      "policy",
      "Signet policy",
      SchemaObject({{"signet", Json::Of({{"const", 1}}), true},
                    {"policy", SchemaText("The policy's name"), true},
                    {"title", SchemaText("For people"), true},
                    {"law", SchemaText("The law it carries out"), true},
                    {"version", SchemaText("The policy's own version"), true},
                    {"jurisdictions", SchemaMapOf(JurisdictionSchema(), "By name; none = all")},
                    {"purposes", SchemaMapOf(PurposeSchema(), "By name"), true},
                    {"categories", SchemaMapOf(CategorySchema(), "By Fideslang key"), true},
                    {"sale", SaleSchema(), true},
                    {"sensitive",
                     SchemaObject({{"limit", SchemaBool("Whether use may be limited")}, Article()},
                                  "The right to limit the use of sensitive data")},
                    {"rights", rights, true},
                    {"retention", RetentionSchema(), true},
                    {"publication", publication, true},
                    {"transfers", transfers}},
                   "A policy: what may be done with which data, for whom"));
}

}  // namespace signet::policies
