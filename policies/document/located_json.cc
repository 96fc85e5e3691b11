#include "policies/document/located_json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "policies/document/scalar_form.h"

namespace signet::policies {
namespace {

// RFC 6901 section 3: ~ and / of a key are escaped.
std::string PointerPart(std::string_view key) {
  std::string part;
  for (const char c : key) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

Json ScalarJson(const Node& node) {
  if (const std::optional<bool> flag = node.AsBool()) return {*flag};
  if (const std::optional<int64_t> integer = node.AsInt()) return {*integer};
  if (const std::optional<double> number = node.AsDouble()) return {*number};
  return {node.text()};
}

Json Convert(const Node& node, const std::string& pointer, LocatedJson& located) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return {};
    case Node::Kind::kScalar:
      return ScalarJson(node);
    case Node::Kind::kList: {
      Json::Array items;
      for (const Node& item : node.items()) {
        const std::string at = pointer + "/" + std::to_string(items.size());
        located.marks.emplace(at, item.mark());
        items.push_back(Convert(item, at, located));
      }
      return {std::move(items)};
    }
    case Node::Kind::kMap: {
      Json::Object fields;
      for (const Node::Entry& entry : node.entries()) {
        const std::string at = pointer + "/" + PointerPart(entry.key);
        located.marks.emplace(at, entry.key_mark);
        fields.emplace(entry.key, Convert(entry.value, at, located));
      }
      return {std::move(fields)};
    }
  }
  return {};
}

}  // namespace

const Mark& LocatedJson::MarkOf(std::string_view pointer) const {
  while (true) {
    if (const auto found = marks.find(pointer); found != marks.end()) return found->second;
    if (pointer.empty()) break;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
  static const Mark kNowhere;
  return kNowhere;
}

const Mark& LocatedJson::Locate(std::string_view message) const {
  const std::pair<const std::string, Mark>* best = nullptr;
  for (const auto& candidate : marks) {
    const std::string& pointer = candidate.first;
    if (pointer.empty()) continue;
    const std::string name = "'" + pointer.substr(pointer.rfind('/') + 1) + "'";
    if (message.find(name) == std::string_view::npos) continue;
    const auto depth = std::count(pointer.begin(), pointer.end(), '/');
    if (best == nullptr || depth > std::count(best->first.begin(), best->first.end(), '/')) {
      best = &candidate;
    }
  }
  return best == nullptr ? MarkOf("") : best->second;
}

LocatedJson ToLocatedJson(const Node& node) {
  LocatedJson located;
  located.marks.emplace("", node.mark());
  located.value = Convert(node, "", located);
  return located;
}

Json ToJson(const Node& node) {
  return ToLocatedJson(node).value;
}

}  // namespace signet::policies
