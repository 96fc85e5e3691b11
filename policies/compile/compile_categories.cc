#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {
namespace {

const std::vector<std::string>& TreatmentNames() {
  static const std::vector<std::string> kNames = {
      "keep", "generalise", "pseudonymise", "encrypt", "escrow", "drop"};
  return kNames;
}

void BadOptions(MapReader& reader, const Mark& mark, const std::string& message) {
  reader.Error("SIG-2005", mark, message);
}

constexpr size_t kHierarchyMax = 2000;

// {Espoo: Uusimaa, ...} and `other` for what is not listed.
void HierarchyOptions(MapReader& reader, const Node& tree, Json& options) {
  const std::string other = reader.Text("other", "other");
  if (!tree.is_map() || tree.entries().empty() || tree.entries().size() > kHierarchyMax) {
    BadOptions(reader, tree.mark(), "a hierarchy maps 1 to 2,000 values to their parents");
    return;
  }
  Json parents{Json::Object{}};
  for (const Node::Entry& entry : tree.entries()) {
    if (!entry.value.is_scalar()) {
      BadOptions(reader, entry.value.mark(), "a value's parent is a text");
      continue;
    }
    parents.Set(entry.key, entry.value.text());
  }
  options.Set("hierarchy", std::move(parents));
  options.Set("other", other);
}

Json GeneraliseOptions(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "the generalisation", diagnostics);
  Json options{Json::Object{}};
  int primaries = 0;
  for (const char* key : {"band", "truncate"}) {
    if (!reader.Has(key)) continue;
    ++primaries;
    options.Set(key, reader.Int(key, 1, 1, 1'000'000));
  }
  if (reader.Has("year")) {
    ++primaries;
    if (!reader.Bool("year", /*fallback=*/true)) {
      BadOptions(reader, reader.ValueMark("year"), "'year' can only be true");
    }
    options.Set("year", true);
  }
  if (const Node* tree = reader.Optional("hierarchy"); tree != nullptr) {
    ++primaries;
    HierarchyOptions(reader, *tree, options);
  }
  if (reader.Has("top")) options.Set("top", reader.Int("top", 0));
  reader.Finish();
  if (node.is_map() && (primaries > 1 || options.size() == 0)) {
    BadOptions(
        reader, node.mark(), "a generalisation has exactly one of band, truncate, year, hierarchy");
  }
  return options;
}

Json PseudonymiseOptions(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "the pseudonymisation", diagnostics);
  Json options{Json::Object{}};
  if (reader.Has("domain")) options.Set("domain", reader.RequiredText("domain"));
  reader.Finish();
  return options;
}

// `keep`, or {generalise: {band: 10}}.
void CompileTreatment(MapReader& rule, Treatment& treatment, Diagnostics& diagnostics) {
  const Node* node = rule.Required("treatment");
  if (node == nullptr) return;
  std::string name = node->text();
  Mark mark = node->mark();
  Node options;
  if (node->is_map() && node->entries().size() == 1) {
    name = node->entries()[0].key;
    mark = node->entries()[0].key_mark;
    options = node->entries()[0].value;
  } else if (!node->is_scalar()) {
    BadOptions(rule, mark, "a treatment is one word, or one word with options");
    return;
  }
  const Result<TreatmentKind> kind = TreatmentFromName(name);
  if (!kind.ok()) {
    const std::string nearest = NearestName(name, TreatmentNames());
    rule.Error("SIG-2004",
               mark,
               "unknown treatment '" + name + "'",
               nearest.empty() ? "" : "did you mean '" + nearest + "'?");
    return;
  }
  treatment.kind = *kind;
  treatment.mark = mark;
  treatment.options = Json(Json::Object{});
  if (*kind == TreatmentKind::kGeneralise) {
    treatment.options = GeneraliseOptions(options, diagnostics);
  } else if (*kind == TreatmentKind::kPseudonymise && !options.is_null()) {
    treatment.options = PseudonymiseOptions(options, diagnostics);
  } else if (!options.is_null()) {
    BadOptions(rule, options.mark(), "'" + name + "' takes no options");
  }
}

// A proxy stands for a special category: a postal code for an origin.
void CompileProxies(MapReader& reader, const Taxonomy& taxonomy, CategoryRule& rule) {
  for (const Node& name : TextNodes(reader, "proxy_for")) {
    const Category* category = taxonomy.FindCategory(name.text());
    if (category == nullptr || !category->special) {
      reader.Error("SIG-2022", name.mark(), "'" + name.text() + "' is no special category");
      continue;
    }
    rule.proxy_for.insert(name.text());
  }
}

CategoryRule CompileRule(const Node::Entry& entry,
                         const Taxonomy& taxonomy,
                         const PolicyPart& part,
                         Diagnostics& diagnostics) {
  MapReader reader(entry.value, "category '" + entry.key + "'", diagnostics);
  CategoryRule rule;
  rule.category = entry.key;
  rule.mark = entry.key_mark;
  rule.treatment.mark = entry.key_mark;
  CompileTreatment(reader, rule.treatment, diagnostics);
  rule.purposes = ResolvePurposes(TextNodes(reader, "purposes"), part, diagnostics);
  rule.releasable = reader.Bool("releasable", /*fallback=*/false);
  if (reader.Has("retention")) rule.retention_s = reader.Duration("retention", 0);
  if (reader.Has("regions")) {
    const std::vector<std::string> regions = reader.Texts("regions");
    rule.regions.emplace(regions.begin(), regions.end());
  }
  rule.min_group = reader.Int("min_group", 0, 0, 1'000'000'000);
  CompileProxies(reader, taxonomy, rule);
  reader.Text("note");
  rule.article = ReadArticle(reader);
  rule.treatment.article = rule.article;
  rule.treatment.rule = RuleText(entry.key_mark, "categories." + entry.key);
  reader.Finish();
  return rule;
}

}  // namespace

void CompileCategories(const std::vector<Node::Entry>& entries,
                       const Taxonomy& taxonomy,
                       PolicyPart& part,
                       Diagnostics& diagnostics) {
  const std::vector<std::string> keys = taxonomy.CategoryKeys();
  for (const Node::Entry& entry : entries) {
    if (taxonomy.FindCategory(entry.key) == nullptr) {
      const std::string nearest = NearestName(entry.key, keys);
      diagnostics.Error("SIG-2001",
                        entry.key_mark,
                        "category '" + entry.key + "' is not in the taxonomy",
                        nearest.empty() ? "" : "did you mean '" + nearest + "'?");
      continue;
    }
    part.categories.emplace(entry.key, CompileRule(entry, taxonomy, part, diagnostics));
  }
}

}  // namespace signet::policies
