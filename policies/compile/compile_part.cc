#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "policies/compile/compile.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {
namespace {

const std::vector<std::string>& Bases() {
  static const std::vector<std::string> kNames = {"consent",
                                                  "contract",
                                                  "legal_obligation",
                                                  "vital_interests",
                                                  "public_task",
                                                  "legitimate_interests",
                                                  "notice"};
  return kNames;
}

const std::vector<std::string>& Modes() {
  static const std::vector<std::string> kNames = {"not_needed", "opt_out", "opt_in"};
  return kNames;
}

const std::vector<std::string>& MinorRules() {
  static const std::vector<std::string> kNames = {"allow", "opt_in", "deny"};
  return kNames;
}

std::string Upper(std::string_view text) {
  std::string upper(Trim(text));
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

void CompileJurisdictions(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  for (const Node::Entry& entry : policy.Entries("jurisdictions")) {
    MapReader reader(entry.value, "jurisdiction '" + entry.key + "'", diagnostics);
    Jurisdiction jurisdiction;
    jurisdiction.name = entry.key;
    jurisdiction.mark = entry.key_mark;
    reader.Required("countries");
    for (const Node& country : TextNodes(reader, "countries")) {
      const std::string code = Upper(country.text());
      if (code.size() != 2) {
        reader.Error("SIG-1208",
                     country.mark(),
                     "'" + country.text() + "' is not a country code of two letters",
                     "use ISO 3166-1 alpha-2, for example FI");
      }
      jurisdiction.countries.insert(code);
    }
    for (const Node& region : TextNodes(reader, "regions")) {
      jurisdiction.regions.insert(Upper(region.text()));
    }
    jurisdiction.minor_age = reader.Int("minor_age", 16, 0, 21);
    reader.Text("note");
    reader.Finish();
    part.jurisdictions.emplace(entry.key, std::move(jurisdiction));
  }
}

const std::vector<std::string>& Conditions() {
  static const std::vector<std::string> kNames = {"explicit_consent",
                                                  "employment",
                                                  "vital_interests",
                                                  "made_public",
                                                  "legal_claims",
                                                  "public_interest",
                                                  "health_care",
                                                  "public_health",
                                                  "research",
                                                  "notice",
                                                  "permitted_use"};
  return kNames;
}

void CompileSpecial(MapReader& purpose, PurposeBasis& basis, Diagnostics& diagnostics) {
  const Node* node = purpose.Optional("special");
  if (node == nullptr) return;
  MapReader reader(*node, "the condition for special categories", diagnostics);
  reader.Required("condition");
  basis.special_condition = reader.Choice("condition", Conditions(), "");
  basis.special_article = ReadArticle(reader);
  if (basis.special_condition == "explicit_consent" && basis.mode != ConsentMode::kOptIn) {
    reader.Error("SIG-2017",
                 reader.ValueMark("condition"),
                 "explicit consent is the condition, but the purpose runs without it");
  }
  reader.Finish();
}

void CheckBasis(MapReader& reader, const PurposeBasis& basis) {
  if (basis.basis == "consent" && basis.mode != ConsentMode::kOptIn) {
    reader.Error("SIG-2017",
                 reader.ValueMark("consent"),
                 "consent is the basis, but the purpose runs without it");
  }
  if (basis.basis == "legitimate_interests" && basis.assessment.empty()) {
    reader.Error("SIG-2011",
                 reader.ValueMark("basis"),
                 reader.what() + " rests on legitimate interests without an assessment");
  }
}

void CompilePurposes(MapReader& policy,
                     const Taxonomy& taxonomy,
                     PolicyPart& part,
                     Diagnostics& diagnostics) {
  policy.Required("purposes");
  for (const Node::Entry& entry : policy.Entries("purposes")) {
    MapReader reader(entry.value, "purpose '" + entry.key + "'", diagnostics);
    PurposeBasis basis;
    basis.policy = part.name;
    basis.mark = entry.key_mark;
    basis.description = reader.RequiredText("description");
    reader.Required("basis");
    basis.basis = reader.Choice("basis", Bases(), "");
    basis.article = ReadArticle(reader);
    reader.Required("consent");
    basis.mode = ReadEnum(reader, "consent", Modes(), ConsentMode::kOptIn, ConsentModeFromName);
    basis.refusal_article = reader.Text("refusal_article", basis.article);
    reader.Required("minors");
    basis.minors = ReadEnum(reader, "minors", MinorRules(), MinorRule::kDeny, MinorRuleFromName);
    basis.assessment = reader.Text("assessment");
    CompileSpecial(reader, basis, diagnostics);
    reader.Text("note");
    reader.Finish();
    CheckBasis(reader, basis);
    if (taxonomy.UseOf(ParentKey(entry.key)) == nullptr) {
      diagnostics.Error("SIG-2002",
                        entry.key_mark,
                        "purpose '" + entry.key + "' is not a child of a use in the taxonomy");
    }
    part.purposes.emplace(entry.key, std::move(basis));
  }
}

void CompileSale(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Required("sale");
  if (node == nullptr) return;
  MapReader reader(*node, "the rule for sale and sharing", diagnostics);
  reader.Required("consent");
  part.sale.mode = ReadEnum(reader, "consent", Modes(), ConsentMode::kOptIn, ConsentModeFromName);
  part.sale.honour_gpc = reader.Bool("gpc", /*fallback=*/true);
  reader.Required("minors");
  part.sale.minors = ReadEnum(reader, "minors", MinorRules(), MinorRule::kDeny, MinorRuleFromName);
  part.sale.article = ReadArticle(reader);
  part.sale.gpc_article = reader.Text("gpc_article", part.sale.article);
  part.sale.minors_article = reader.Text("minors_article", part.sale.article);
  for (const Node& scope : TextNodes(reader, "gpc_scope")) {
    static const std::vector<std::string> kKnown = {
        "browser", "device", "pseudonymous_profile", "account"};
    if (std::find(kKnown.begin(), kKnown.end(), scope.text()) == kKnown.end()) {
      reader.Error("SIG-1208",
                   scope.mark(),
                   "'" + scope.text() + "' is nothing that a signal reaches",
                   "use browser, device, pseudonymous_profile or account");
    }
    part.sale.gpc_scope.insert(scope.text());
  }
  part.sale.confirm_opt_out = reader.Bool("confirm_opt_out", /*fallback=*/false);
  part.sale.confirmation_article = reader.Text("confirmation_article", part.sale.gpc_article);
  part.sale.mark = policy.MarkOf("sale");
  reader.Finish();
}

void CompileRights(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Required("rights");
  if (node == nullptr) return;
  MapReader reader(*node, "the rights", diagnostics);
  for (const char* right : {"erasure", "restriction", "minors"}) {
    part.rights[right] = reader.RequiredText(right);
  }
  for (const char* right :
       {"access", "portability", "rectification", "objection", "opt_out", "limit_sensitive"}) {
    if (reader.Has(right)) part.rights[right] = reader.RequiredText(right);
  }
  for (const char* clock : {"acknowledge", "deadline", "extension"}) {
    if (reader.Has(clock)) part.rights_clock_s[clock] = reader.Duration(clock, 0);
  }
  reader.Finish();
}

void CompileSensitive(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Optional("sensitive");
  if (node == nullptr) return;
  MapReader reader(*node, "the rule for sensitive data", diagnostics);
  part.sensitive.limit = reader.Bool("limit", /*fallback=*/true);
  part.sensitive.article = ReadArticle(reader);
  part.sensitive.mark = policy.MarkOf("sensitive");
  reader.Finish();
}

// A special category that is stored may only serve purposes that say why they may.
void CheckSpecialRules(const Taxonomy& taxonomy, const PolicyPart& part, Diagnostics& diagnostics) {
  for (const auto& entry : part.categories) {
    const Category* category = taxonomy.FindCategory(entry.first);
    if (category == nullptr || !category->special) continue;
    if (entry.second.treatment.kind == TreatmentKind::kDrop) continue;
    for (const std::string& purpose : entry.second.purposes) {
      if (!part.purposes.at(purpose).special_condition.empty()) continue;
      diagnostics.Error("SIG-2021",
                        entry.second.mark,
                        "'" + entry.first + "' is a special category, but purpose '" + purpose +
                            "' states no condition for using it");
    }
  }
}

}  // namespace

std::string ReadHeading(MapReader& reader, std::string_view kind) {
  const Node* version = reader.Required("signet");
  if (version != nullptr && version->AsInt() != int64_t{1}) {
    reader.Error("SIG-1212", version->mark(), "the document has a version other than 1");
  }
  if (!reader.Has(kind) && reader.node().is_map()) {
    reader.Know(kind);
    reader.Error(
        "SIG-2019",
        reader.node().mark(),
        "the document is no " + std::string(kind) + ": it has no key '" + std::string(kind) + "'");
    return {};
  }
  return reader.RequiredText(kind);
}

std::string ReadArticle(MapReader& reader) {
  std::string article = reader.Text("article");
  if (article.empty() && reader.node().is_map()) {
    reader.Error("SIG-2009", reader.MarkOf("article"), reader.what() + " cites no article");
  }
  return article;
}

std::string RuleText(const Mark& mark, std::string_view path) {
  return RulePlace(mark) + " " + std::string(path);
}

std::vector<Node> TextNodes(MapReader& reader, std::string_view key) {
  const Node* value = reader.Optional(key);
  if (value == nullptr) return {};
  if (value->is_scalar()) return {*value};
  reader.Texts(key);  // reports a wrong type
  std::vector<Node> nodes;
  for (const Node& item : value->items()) {
    if (item.is_scalar()) nodes.push_back(item);
  }
  return nodes;
}

std::set<std::string> ResolvePurposes(const std::vector<Node>& names,
                                      const PolicyPart& part,
                                      Diagnostics& diagnostics) {
  std::set<std::string> resolved;
  std::vector<std::string> known;
  for (const auto& entry : part.purposes) known.push_back(entry.first);
  for (const Node& name : names) {
    bool found = false;
    for (const std::string& purpose : known) {
      if (!IsWithin(purpose, name.text())) continue;
      resolved.insert(purpose);
      found = true;
    }
    if (found) continue;
    const std::string nearest = NearestName(name.text(), known);
    diagnostics.Error("SIG-2003",
                      name.mark(),
                      "purpose '" + name.text() + "' is not declared",
                      nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  }
  return resolved;
}

PolicyPart CompilePart(const Node& document,
                       const Taxonomy& taxonomy,
                       Diagnostics& diagnostics,
                       GroupFloor floor) {
  PolicyPart part;
  part.mark = document.mark();
  MapReader reader(document, "the policy", diagnostics);
  part.name = ReadHeading(reader, "policy");
  part.title = reader.RequiredText("title");
  part.law = reader.RequiredText("law");
  part.version = reader.RequiredText("version");
  CompileJurisdictions(reader, part, diagnostics);
  CompilePurposes(reader, taxonomy, part, diagnostics);
  reader.Required("categories");
  CompileCategories(reader.Entries("categories"), taxonomy, part, diagnostics);
  CompileSale(reader, part, diagnostics);
  CompileRights(reader, part, diagnostics);
  CompileSensitive(reader, part, diagnostics);
  CompileLimits(reader, part, diagnostics, floor);
  CheckSpecialRules(taxonomy, part, diagnostics);
  reader.Finish();
  return part;
}

}  // namespace signet::policies
