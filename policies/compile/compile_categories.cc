#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {
namespace {

const std::vector<std::string>& TreatmentNames() {
  static const std::vector<std::string> names = {
      "keep", "generalise", "pseudonymise", "encrypt", "escrow", "drop"};
  return names;
}

void BadOptions(MapReader& reader, const Mark& mark, const std::string& message) {
  reader.Error("SIG-2005", mark, message);
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
    if (!reader.Bool("year", true)) {
      BadOptions(reader, reader.ValueMark("year"), "'year' can only be true");
    }
    options.Set("year", true);
  }
  if (reader.Has("top")) options.Set("top", reader.Int("top", 0));
  reader.Finish();
  if (node.is_map() && (primaries > 1 || options.size() == 0)) {
    BadOptions(reader, node.mark(), "a generalisation has exactly one of band, truncate, year");
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

CategoryRule CompileRule(const Node::Entry& entry,
                         const PolicyPart& part,
                         Diagnostics& diagnostics) {
  MapReader reader(entry.value, "category '" + entry.key + "'", diagnostics);
  CategoryRule rule;
  rule.category = entry.key;
  rule.mark = entry.key_mark;
  rule.treatment.mark = entry.key_mark;
  CompileTreatment(reader, rule.treatment, diagnostics);
  rule.purposes = ResolvePurposes(TextNodes(reader, "purposes"), part, diagnostics);
  rule.releasable = reader.Bool("releasable", false);
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
    part.categories.emplace(entry.key, CompileRule(entry, part, diagnostics));
  }
}

}  // namespace signet::policies
