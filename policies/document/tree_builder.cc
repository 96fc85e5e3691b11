#include "policies/document/tree_builder.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/mark.h>

#include "policies/document/reader.h"
#include "policies/document/text_check.h"

namespace signet::policies {
namespace {

// The characters that a scalar takes on its first line: what the caret underlines.
int ScalarLength(const SourceText& source, const YAML::Mark& mark, const std::string& value) {
  const auto line = static_cast<size_t>(std::max(mark.line, 0));
  if (line >= source.lines.size()) return 1;
  const std::string_view text = source.lines[line];
  const auto at = std::min(static_cast<size_t>(std::max(mark.column, 0)), text.size());
  const std::string_view rest = text.substr(at);
  if (rest.substr(0, value.size()) == value) return std::max(1, CountCharacters(value));
  if (!rest.empty() && (rest[0] == '"' || rest[0] == '\'')) {
    size_t end = 1;
    while (end < rest.size() && rest[end] != rest[0]) {
      end += rest[0] == '"' && rest[end] == '\\' ? 2U : 1U;
    }
    return CountCharacters(rest.substr(0, std::min(end + 1, rest.size())));
  }
  return 1;
}

}  // namespace

void TreeBuilder::Fail(const char* code,
                       const Mark& mark,
                       std::string message,
                       std::string remedy) {
  if (failed_) return;
  failed_ = true;
  diagnostics_.Error(code, mark, std::move(message), std::move(remedy));
}

Mark TreeBuilder::Place(const YAML::Mark& mark, int length) const {
  return PlaceOf(source_, mark.line, mark.column, length);
}

bool TreeBuilder::AcceptTag(const Mark& mark, const std::string& tag) {
  // "?" stands for a plain node, "!" for a quoted scalar.
  if (!tag.empty() && tag != "?" && tag != "!") {
    Fail("SIG-1105", mark, "tags are not allowed");
    return false;
  }
  return true;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ > 1) Fail("SIG-1102", Place(mark), "a second document begins here");
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (!failed_) Add(Node::Null(Place(mark)), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (failed_) return;
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    Fail("SIG-1108", Place(mark), "the alias stands within the value it repeats");
    return;
  }
  const Node node = found->second;
  if (!open_.empty() && open_.back().map && !open_.back().key.has_value()) {
    Fail("SIG-1104", Place(mark), "an alias cannot be a key");
    return;
  }
  Add(node, 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark,
                           const std::string& tag,
                           YAML::anchor_t anchor,
                           const std::string& value) {
  if (failed_) return;
  const Mark place = Place(mark, ScalarLength(*source_, mark, value));
  if (!AcceptTag(place, tag)) return;
  if (value.size() > kScalarBytesMax) {
    Fail("SIG-1111", Place(mark), "the value has " + std::to_string(value.size()) + " bytes");
    return;
  }
  if (HasControlCharacter(value)) {
    Fail("SIG-1003", place, "the value holds a control character");
    return;
  }
  Add(Node::Scalar(place, value, /*quoted=*/tag == "!"), anchor);
}

void TreeBuilder::Start(bool map,
                        const YAML::Mark& mark,
                        const std::string& tag,
                        YAML::anchor_t anchor) {
  if (failed_) return;
  const Mark place = Place(mark);
  if (!AcceptTag(place, tag)) return;
  if (open_.size() >= static_cast<size_t>(kDocumentDepthMax)) {
    Fail(
        "SIG-1110", place, "more than " + std::to_string(kDocumentDepthMax) + " levels of nesting");
    return;
  }
  Open open;
  open.map = map;
  open.mark = place;
  open.anchor = anchor;
  open_.push_back(std::move(open));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark,
                                  const std::string& tag,
                                  YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value /*style*/) {
  Start(/*map=*/false, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark,
                             const std::string& tag,
                             YAML::anchor_t anchor,
                             YAML::EmitterStyle::value /*style*/) {
  Start(/*map=*/true, mark, tag, anchor);
}

void TreeBuilder::OnSequenceEnd() {
  if (failed_) return;
  Open open = std::move(open_.back());
  open_.pop_back();
  Add(Node::List(open.mark, std::move(open.items)), open.anchor);
}

void TreeBuilder::OnMapEnd() {
  if (failed_) return;
  Open open = std::move(open_.back());
  open_.pop_back();
  Add(Node::Map(open.mark, std::move(open.entries)), open.anchor);
}

void TreeBuilder::TakeKey(Open& open, const Node& key) {
  if (!key.is_scalar()) {
    Fail("SIG-1104", key.mark(), "a key must be text, but is " + std::string(KindName(key)));
    return;
  }
  if (key.text() == "<<" && !key.quoted()) {
    Fail("SIG-1106", key.mark(), "merge keys are not allowed");
    return;
  }
  const auto first = open.keys.emplace(key.text(), key.mark());
  if (!first.second) {
    failed_ = true;
    diagnostics_.Add({"SIG-1103",
                      "the key '" + key.text() + "' appears twice in this map",
                      key.mark(),
                      {},
                      {{"it stands here first", first.first->second}}});
    return;
  }
  open.key = key;
}

void TreeBuilder::Add(Node node, YAML::anchor_t anchor) {
  if (anchor != 0) anchors_.insert_or_assign(anchor, node);
  if (node.expanded_nodes() > kDocumentNodesMax) {
    Fail("SIG-1109",
         node.mark(),
         "more than " + std::to_string(kDocumentNodesMax) + " values (aliases counted each time)");
    return;
  }
  if (node.height() + static_cast<int>(open_.size()) > kDocumentDepthMax + 1) {
    Fail("SIG-1110", node.mark(), "aliases nest the document too deeply");
    return;
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& open = open_.back();
  if (!open.map) {
    open.items.push_back(std::move(node));
  } else if (!open.key.has_value()) {
    TakeKey(open, node);
  } else {
    open.entries.push_back({open.key->text(), open.key->mark(), std::move(node)});
    open.key.reset();
  }
}

}  // namespace signet::policies
