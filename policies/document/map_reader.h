/// MapReader: typed access to a map that finds unknown keys by what was asked for.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/document/diagnostic.h"
#include "policies/document/located_json.h"
#include "policies/document/node.h"

namespace signet::policies {

/// Each getter marks its key as known. A wrong type is reported once and gives the fallback, so a
/// reader goes on and reports all errors of a document. Call Finish() last: it reports unknown keys
/// with "did you mean".
class MapReader {
 public:
  /// Reports SIG-1202 if `node` is not a map (every getter then gives its fallback; required keys
  /// are not reported again). `what` names the thing for messages: "step 'train_churn'".
  /// `node` is copied (cheap); `diagnostics` must outlive the reader.
  MapReader(const Node& node, std::string what, Diagnostics& diagnostics);

  /// The value, or null pointer when the key is absent.
  const Node* Optional(std::string_view key);
  /// The value; reports SIG-1205 when it is absent or null.
  const Node* Required(std::string_view key);
  [[nodiscard]] bool Has(std::string_view key) const { return node_.Find(key) != nullptr; }
  /// Where the key stands; the map itself when it is absent.
  [[nodiscard]] const Mark& MarkOf(std::string_view key) const { return node_.KeyMark(key); }
  /// Where the key's value stands; the map itself when it is absent.
  [[nodiscard]] const Mark& ValueMark(std::string_view key) const;

  std::string RequiredText(std::string_view key);
  std::string Text(std::string_view key, std::string_view fallback = {});
  std::optional<std::string> OptionalText(std::string_view key);
  /// One of `choices`; reports SIG-1208 with "did you mean" otherwise.
  std::string Choice(std::string_view key,
                     const std::vector<std::string>& choices,
                     std::string_view fallback);
  int64_t Int(std::string_view key,
              int64_t fallback,
              int64_t min = std::numeric_limits<int64_t>::min(),
              int64_t max = std::numeric_limits<int64_t>::max());
  double Double(std::string_view key, double fallback);
  bool Bool(std::string_view key, bool fallback);
  /// Seconds.
  int64_t Duration(std::string_view key, int64_t fallback_s);
  std::optional<Timestamp> Date(std::string_view key);
  /// A list of texts, or one text; empty when absent.
  std::vector<std::string> Texts(std::string_view key);
  /// A map's entries in document order; none when absent; reports SIG-1202 for another kind.
  std::vector<Node::Entry> Entries(std::string_view key);
  /// A list's items; none when absent; reports SIG-1203 for another kind.
  std::vector<Node> Items(std::string_view key);

  /// Declares keys as known without reading them.
  void Know(std::string_view key);
  /// All entries not asked for so far (they become known): a step's own options as one map.
  Node Rest();
  /// Reports each key that nobody asked for (SIG-1204).
  void Finish();

  void Error(std::string_view code, const Mark& mark, std::string message, std::string remedy = {});
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  void WrongType(std::string_view key,
                 const Node& value,
                 std::string_view wanted,
                 std::string_view code,
                 std::string remedy = {});

  Node node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

}  // namespace signet::policies
