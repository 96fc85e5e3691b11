#include "policies/document/node.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "policies/document/scalar_form.h"

namespace signet::policies {

struct Node::Data {
  Kind kind = Kind::kNull;
  Mark mark;
  bool quoted = false;
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;
  std::map<std::string, size_t, std::less<>> index;
  uint64_t expanded = 1;
  int height = 1;
};

namespace {

constexpr uint64_t kExpandedMax = std::numeric_limits<uint64_t>::max() / 4;

struct Unit {
  char letter;
  int64_t seconds;
};
// From the largest that people write for a round number to the smallest.
constexpr Unit kUnits[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

}  // namespace

Node Node::Null(Mark mark) {
  auto data = std::make_shared<Data>();
  data->mark = std::move(mark);
  return Node(std::move(data));
}

Node Node::Scalar(Mark mark, std::string text, bool quoted) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::kScalar;
  data->mark = std::move(mark);
  data->text = std::move(text);
  data->quoted = quoted;
  return Node(std::move(data));
}

Node Node::List(Mark mark, std::vector<Node> items) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::kList;
  data->mark = std::move(mark);
  for (const Node& item : items) {
    data->expanded = std::min(kExpandedMax, data->expanded + item.expanded_nodes());
    data->height = std::max(data->height, 1 + item.height());
  }
  data->items = std::move(items);
  return Node(std::move(data));
}

Node Node::Map(Mark mark, std::vector<Entry> entries) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::kMap;
  data->mark = std::move(mark);
  for (size_t i = 0; i < entries.size(); ++i) {
    CHECK(data->index.emplace(entries[i].key, i).second);
    data->expanded = std::min(kExpandedMax, data->expanded + entries[i].value.expanded_nodes());
    data->height = std::max(data->height, 1 + entries[i].value.height());
  }
  data->entries = std::move(entries);
  return Node(std::move(data));
}

Node::Kind Node::kind() const {
  return data_ == nullptr ? Kind::kNull : data_->kind;
}

const Mark& Node::mark() const {
  static const Mark kNowhere;
  return data_ == nullptr ? kNowhere : data_->mark;
}

bool Node::quoted() const {
  return data_ != nullptr && data_->quoted;
}

const std::string& Node::text() const {
  static const std::string kNone;
  return data_ == nullptr ? kNone : data_->text;
}

const std::vector<Node>& Node::items() const& {
  static const std::vector<Node> kNone;
  return data_ == nullptr ? kNone : data_->items;
}

const std::vector<Node::Entry>& Node::entries() const& {
  static const std::vector<Entry> kNone;
  return data_ == nullptr ? kNone : data_->entries;
}

std::vector<Node> Node::items() && {
  return std::as_const(*this).items();
}
std::vector<Node::Entry> Node::entries() && {
  return std::as_const(*this).entries();
}

const Node* Node::Find(std::string_view key) const {
  if (data_ == nullptr) return nullptr;
  const auto found = data_->index.find(key);
  return found == data_->index.end() ? nullptr : &data_->entries[found->second].value;
}

const Mark& Node::KeyMark(std::string_view key) const {
  if (data_ == nullptr) return mark();
  const auto found = data_->index.find(key);
  return found == data_->index.end() ? data_->mark : data_->entries[found->second].key_mark;
}

std::optional<std::string> Node::AsText() const {
  if (!is_scalar()) return std::nullopt;
  return text();
}

std::optional<int64_t> Node::AsInt() const {
  if (!is_scalar() || quoted()) return std::nullopt;
  return CoreInteger(text());
}

std::optional<double> Node::AsDouble() const {
  if (!is_scalar() || quoted()) return std::nullopt;
  return CoreNumber(text());
}

std::optional<bool> Node::AsBool() const {
  if (!is_scalar() || quoted() || (text() != "true" && text() != "false")) return std::nullopt;
  return text() == "true";
}

std::optional<int64_t> Node::AsDuration() const {
  if (!is_scalar()) return std::nullopt;
  return DurationFromText(text());
}

std::optional<Timestamp> Node::AsDate() const {
  if (!is_scalar()) return std::nullopt;
  const Result<Timestamp> time = TimestampFromText(text());
  if (!time.ok()) return std::nullopt;
  return *time;
}

std::optional<std::vector<std::string>> Node::AsTexts() const {
  if (is_scalar()) return std::vector<std::string>{text()};
  if (!is_list()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Node& item : items()) {
    if (!item.is_scalar()) return std::nullopt;
    texts.push_back(item.text());
  }
  return texts;
}

uint64_t Node::expanded_nodes() const {
  return data_ == nullptr ? 1 : data_->expanded;
}
int Node::height() const {
  return data_ == nullptr ? 1 : data_->height;
}

std::string_view KindName(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "text";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

std::optional<int64_t> DurationFromText(std::string_view text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9') return std::nullopt;
  const Result<int64_t> count = IntegerFromText(text.substr(0, text.size() - 1));
  if (!count.ok()) return std::nullopt;
  int64_t seconds = text.back() == 'w' ? 7 * 86400 : 0;
  for (const Unit& unit : kUnits) {
    if (unit.letter == text.back()) seconds = unit.seconds;
  }
  int64_t total = 0;
  if (seconds == 0 || __builtin_mul_overflow(*count, seconds, &total)) return std::nullopt;
  return total;
}

std::string DurationText(int64_t seconds) {
  for (const Unit& unit : kUnits) {
    if (seconds != 0 && seconds % unit.seconds == 0) {
      return std::to_string(seconds / unit.seconds) + unit.letter;
    }
  }
  return "0s";
}

}  // namespace signet::policies
