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
  static const std::vector<std::string> names = {"consent",
                                                 "contract",
                                                 "legal_obligation",
                                                 "vital_interests",
                                                 "public_task",
                                                 "legitimate_interests",
                                                 "notice"};
  return names;
}

const std::vector<std::string>& Modes() {
  static const std::vector<std::string> names = {"not_needed", "opt_out", "opt_in"};
  return names;
}

const std::vector<std::string>& MinorRules() {
  static const std::vector<std::string> names = {"allow", "opt_in", "deny"};
  return names;
}

const std::vector<std::string>& DatasetKinds() {
  static const std::vector<std::string> names = {"tokenised",
                                                 "governed",
                                                 "features",
                                                 "scores",
                                                 "segment",
                                                 "snapshot",
                                                 "reference",
                                                 "model",
                                                 "aggregate",
                                                 "identity",
                                                 "facts",
                                                 "view"};
  return names;
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
  part.sale.honour_gpc = reader.Bool("gpc", true);
  reader.Required("minors");
  part.sale.minors = ReadEnum(reader, "minors", MinorRules(), MinorRule::kDeny, MinorRuleFromName);
  part.sale.article = ReadArticle(reader);
  part.sale.gpc_article = reader.Text("gpc_article", part.sale.article);
  part.sale.minors_article = reader.Text("minors_article", part.sale.article);
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
  reader.Finish();
}

void CompileRetention(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Required("retention");
  if (node == nullptr) return;
  MapReader reader(*node, "the retention", diagnostics);
  ReadArticle(reader);
  for (const std::string& kind : DatasetKinds()) {
    if (reader.Has(kind)) part.retention_s[kind] = reader.Duration(kind, 0);
  }
  const Node rest = reader.Rest();
  for (const Node::Entry& entry : rest.entries()) {
    const std::string nearest = NearestName(entry.key, DatasetKinds());
    reader.Error("SIG-2016",
                 entry.key_mark,
                 "'" + entry.key + "' is not a kind of dataset",
                 nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  }
}

void CompilePublication(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Required("publication");
  if (node == nullptr) return;
  MapReader reader(*node, "the publication rule", diagnostics);
  part.publication.min_group = reader.Int("min_group", 50, 1, 1'000'000'000);
  if (part.publication.min_group < kMinGroupFloor) {
    reader.Error("SIG-2015",
                 reader.ValueMark("min_group"),
                 "a group of " + std::to_string(part.publication.min_group) + " people is below " +
                     std::to_string(kMinGroupFloor));
  }
  part.publication.hold_max_s = reader.Duration("hold_max", 7 * 86400);
  part.publication.article = ReadArticle(reader);
  part.publication.rule = RuleText(policy.MarkOf("publication"), "publication");
  reader.Finish();
}

void CompileTransfers(MapReader& policy, PolicyPart& part, Diagnostics& diagnostics) {
  const Node* node = policy.Optional("transfers");
  if (node == nullptr) return;
  MapReader reader(*node, "the transfers", diagnostics);
  reader.Required("regions");
  for (const std::string& region : reader.Texts("regions")) part.transfer_regions.insert(region);
  part.transfer_article = ReadArticle(reader);
  reader.Finish();
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

PolicyPart CompilePart(const Node& document, const Taxonomy& taxonomy, Diagnostics& diagnostics) {
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
  CompileRetention(reader, part, diagnostics);
  CompilePublication(reader, part, diagnostics);
  CompileTransfers(reader, part, diagnostics);
  reader.Finish();
  return part;
}

}  // namespace signet::policies
