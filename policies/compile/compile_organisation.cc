#include <set>
#include <string>
#include <vector>

#include "policies/compile/compile.h"
#include "policies/compile/compile_parts.h"

namespace signet::policies {
namespace {

const std::vector<std::string>& Relations() {
  static const std::vector<std::string> kNames = {"processor", "joint", "share", "sale"};
  return kNames;
}

std::set<std::string> TextSet(MapReader& reader, std::string_view key) {
  std::set<std::string> texts;
  for (const Node& node : TextNodes(reader, key)) {
    if (!texts.insert(node.text()).second) {
      reader.Error("SIG-1214", node.mark(), "'" + node.text() + "' appears twice");
    }
  }
  return texts;
}

Recipient CompileRecipient(const Node::Entry& entry, Diagnostics& diagnostics) {
  MapReader reader(entry.value, "recipient '" + entry.key + "'", diagnostics);
  Recipient recipient;
  recipient.name = entry.key;
  recipient.mark = entry.key_mark;
  recipient.description = reader.Text("description");
  reader.Required("relation");
  recipient.relation = ReadEnum(reader, "relation", Relations(), Relation::kSale, RelationFromName);
  recipient.region = reader.RequiredText("region");
  recipient.safeguard = reader.Text("safeguard");
  reader.Required("purposes");
  recipient.purposes = TextSet(reader, "purposes");
  recipient.releases = TextSet(reader, "releases");
  recipient.article = ReadArticle(reader);
  reader.Finish();
  return recipient;
}

}  // namespace

Organisation CompileOrganisation(const Node& document, Diagnostics& diagnostics) {
  Organisation organisation;
  MapReader reader(document, "the organisation", diagnostics);
  ReadHeading(reader, "organisation");
  if (const Node* node = reader.Required("controller"); node != nullptr) {
    MapReader controller(*node, "the controller", diagnostics);
    organisation.controller = controller.RequiredText("name");
    organisation.address = controller.RequiredText("address");
    organisation.contact = controller.RequiredText("contact");
    controller.Finish();
  }
  if (const Node* node = reader.Required("dpo"); node != nullptr) {
    MapReader dpo(*node, "the data protection officer", diagnostics);
    organisation.dpo = dpo.RequiredText("name");
    organisation.dpo_contact = dpo.RequiredText("contact");
    dpo.Finish();
  }
  for (const Node::Entry& entry : reader.Entries("recipients")) {
    organisation.recipients.emplace(entry.key, CompileRecipient(entry, diagnostics));
  }
  reader.Finish();
  return organisation;
}

}  // namespace signet::policies
