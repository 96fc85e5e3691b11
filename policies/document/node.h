/// Node: an immutable document tree that knows where each key and value stands.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/clock.h"
#include "policies/document/mark.h"

namespace signet::policies {

/// A value type; copies share the tree. The default is null without a place.
///
/// Scalars keep their text: a plain `no` is the text "no", `00100` keeps its zeros. The As
/// functions give nothing when the node does not have that form.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Node() = default;
  static Node Null(Mark mark);
  /// `quoted`: written with quotes or as a block, so always text.
  static Node Scalar(Mark mark, std::string text, bool quoted);
  static Node List(Mark mark, std::vector<Node> items);
  /// Keys must be distinct.
  static Node Map(Mark mark, std::vector<Entry> entries);

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_null() const { return kind() == Kind::kNull; }
  [[nodiscard]] bool is_scalar() const { return kind() == Kind::kScalar; }
  [[nodiscard]] bool is_list() const { return kind() == Kind::kList; }
  [[nodiscard]] bool is_map() const { return kind() == Kind::kMap; }
  [[nodiscard]] const Mark& mark() const;
  [[nodiscard]] bool quoted() const;
  /// The scalar's text; empty for other kinds.
  [[nodiscard]] const std::string& text() const;

  /// The list's items, or none.
  [[nodiscard]] const std::vector<Node>& items() const&;
  /// Of a temporary: a copy, so that a range-for over it is safe.
  [[nodiscard]] std::vector<Node> items() &&;
  /// The map's entries in document order, or none.
  [[nodiscard]] const std::vector<Entry>& entries() const&;
  [[nodiscard]] std::vector<Entry> entries() &&;
  /// The value of `key`, or null pointer.
  [[nodiscard]] const Node* Find(std::string_view key) const;
  /// Where `key` itself stands; the map's place when there is no such key.
  [[nodiscard]] const Mark& KeyMark(std::string_view key) const;

  [[nodiscard]] std::optional<std::string> AsText() const;
  /// Plain decimal integers only.
  [[nodiscard]] std::optional<int64_t> AsInt() const;
  /// Plain finite numbers.
  [[nodiscard]] std::optional<double> AsDouble() const;
  /// Plain `true` or `false`; never yes, no, on, off.
  [[nodiscard]] std::optional<bool> AsBool() const;
  /// Seconds of "90d", "12h", "15m", "30s", "2w".
  [[nodiscard]] std::optional<int64_t> AsDuration() const;
  /// "2026-11-22" or "2026-11-22T03:38:31Z".
  [[nodiscard]] std::optional<Timestamp> AsDate() const;
  /// A list of scalars, or one scalar as a list of one.
  [[nodiscard]] std::optional<std::vector<std::string>> AsTexts() const;

  /// Nodes in this tree (an alias counts each time it is used); limits rest on it.
  [[nodiscard]] uint64_t expanded_nodes() const;
  /// Levels of nesting; a scalar has 1.
  [[nodiscard]] int height() const;

 private:
  struct Data;
  explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

struct Node::Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

/// "a map", "a list", "text", "nothing": the kind for messages.
std::string_view KindName(const Node& node);

/// Seconds of "90d", "12h", "15m", "30s", "2w"; nothing for another form or on overflow.
std::optional<int64_t> DurationFromText(std::string_view text);
/// The shortest form of whole units: 7776000 -> "90d".
std::string DurationText(int64_t seconds);

}  // namespace signet::policies
