#include <string>
#include <vector>

#include "policies/compile/compile.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {
namespace {

const std::vector<std::string>& Levels() {
  static const std::vector<std::string> kNames = {
      "none", "aggregate", "quasi", "pseudonymous", "direct"};
  return kNames;
}

const std::vector<std::string>& LinkTypes() {
  static const std::vector<std::string> kNames = {
      "id", "email", "phone", "card", "cookie", "device"};
  return kNames;
}

void CompileCategory(const Node::Entry& entry, Taxonomy& taxonomy, Diagnostics& diagnostics) {
  MapReader reader(entry.value, "category '" + entry.key + "'", diagnostics);
  Category category;
  category.key = entry.key;
  category.mark = entry.key_mark;
  const std::string_view parent_key = ParentKey(entry.key);
  const Category* parent = parent_key.empty() ? nullptr : taxonomy.FindCategory(parent_key);
  if (!parent_key.empty() && parent == nullptr) {
    diagnostics.Error(
        "SIG-2001",
        entry.key_mark,
        "category '" + entry.key + "' has no parent '" + std::string(parent_key) + "' above it",
        "list the parent first");
  }
  // What a category does not say it has from its parent; never its link type.
  if (parent != nullptr) {
    category.identifiability = parent->identifiability;
    category.label_class = parent->label_class;
    category.special = parent->special;
  }
  category.description = reader.RequiredText("description");
  category.identifiability = ReadEnum(
      reader, "identifiability", Levels(), category.identifiability, IdentifiabilityFromName);
  category.special = reader.Bool("special", category.special);
  if (category.special) category.label_class = LabelClass::kSensitive;
  category.label_class = ReadEnum(
      reader, "class", {"ordinary", "sensitive"}, category.label_class, LabelClassFromName);
  category.link_type = reader.Choice("link_type", LinkTypes(), "");
  reader.Finish();
  taxonomy.Add(std::move(category));
}

}  // namespace

Taxonomy CompileTaxonomy(const Node& document, Diagnostics& diagnostics) {
  Taxonomy taxonomy;
  MapReader reader(document, "the taxonomy", diagnostics);
  ReadHeading(reader, "taxonomy");
  reader.Text("description");
  reader.Required("uses");
  for (const Node::Entry& entry : reader.Entries("uses")) {
    if (!entry.value.is_scalar()) {
      diagnostics.Error(
          "SIG-1201", entry.value.mark(), "use '" + entry.key + "' takes its description");
      continue;
    }
    taxonomy.Add(Use{entry.key, entry.value.text()});
  }
  reader.Required("categories");
  for (const Node::Entry& entry : reader.Entries("categories")) {
    CompileCategory(entry, taxonomy, diagnostics);
  }
  reader.Finish();
  return taxonomy;
}

}  // namespace signet::policies
