/// LocatedJson: a subtree as Json that remembers where each value stood.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "crypto/base/json.h"
#include "policies/document/diagnostic.h"
#include "policies/document/node.h"

namespace signet::policies {

/// Plain scalars are typed by the YAML 1.2 core schema (null, true/false, integers, numbers), with
/// one exception: digits with leading zeros stay text (postal codes). Quoted scalars are text.
struct LocatedJson {
  Json value;
  /// By JSON pointer (RFC 6901): "/label/window"; "" is the root. Marks of map values point at
  /// their keys.
  std::map<std::string, Mark, std::less<>> marks;

  /// The mark of `pointer`, or of its nearest ancestor that has one.
  [[nodiscard]] const Mark& MarkOf(std::string_view pointer) const;
  /// The place that an error text of a stage means: the deepest key whose name the text quotes
  /// ('window'), else the root.
  [[nodiscard]] const Mark& Locate(std::string_view message) const;
};

LocatedJson ToLocatedJson(const Node& node);
/// The value alone.
Json ToJson(const Node& node);

}  // namespace signet::policies
