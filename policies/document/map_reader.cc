#include "policies/document/map_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

std::string Quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

}  // namespace

MapReader::MapReader(const Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (!node_.is_map()) {
    diagnostics_.Error(
        "SIG-1202", node_.mark(), what_ + " must be a map, but is " + std::string(KindName(node_)));
  }
}

const Node* MapReader::Optional(std::string_view key) {
  Know(key);
  return node_.Find(key);
}

const Node* MapReader::Required(std::string_view key) {
  const Node* value = Optional(key);
  if (value != nullptr && !value->is_null()) return value;
  if (node_.is_map()) {
    diagnostics_.Error(
        "SIG-1205",
        MarkOf(key),
        what_ + (value == nullptr ? " lacks the key " : " has no value for ") + Quoted(key),
        "add `" + std::string(key) + ":`");
  }
  return nullptr;
}

const Mark& MapReader::ValueMark(std::string_view key) const {
  const Node* value = node_.Find(key);
  return value == nullptr ? node_.mark() : value->mark();
}

void MapReader::WrongType(std::string_view key,
                          const Node& value,
                          std::string_view wanted,
                          std::string_view code,
                          std::string remedy) {
  std::string message = Quoted(key) + " of " + what_ + " must be " + std::string(wanted);
  if (value.is_scalar()) {
    message += value.quoted() ? ", but is quoted text" : ", but is '" + value.text() + "'";
  } else {
    message += ", but is " + std::string(KindName(value));
  }
  const Mark& mark = value.is_null() && !value.mark().known() ? MarkOf(key) : value.mark();
  diagnostics_.Error(code, mark, std::move(message), std::move(remedy));
}

std::string MapReader::RequiredText(std::string_view key) {
  const Node* value = Required(key);
  if (value == nullptr) return {};
  if (value->is_scalar()) return value->text();
  WrongType(key, *value, "text", "SIG-1201");
  return {};
}

std::optional<std::string> MapReader::OptionalText(std::string_view key) {
  const Node* value = Optional(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar()) return value->text();
  WrongType(key, *value, "text", "SIG-1201");
  return std::nullopt;
}

std::string MapReader::Text(std::string_view key, std::string_view fallback) {
  return OptionalText(key).value_or(std::string(fallback));
}

std::string MapReader::Choice(std::string_view key,
                              const std::vector<std::string>& choices,
                              std::string_view fallback) {
  const std::optional<std::string> text = OptionalText(key);
  if (!text.has_value()) return std::string(fallback);
  if (std::find(choices.begin(), choices.end(), *text) != choices.end()) return *text;
  const std::string nearest = NearestName(*text, choices);
  diagnostics_.Error("SIG-1208",
                     ValueMark(key),
                     Quoted(key) + " of " + what_ + " cannot be '" + *text + "'",
                     (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") +
                         std::string("choices: ") + Join(choices, ", "));
  return std::string(fallback);
}

int64_t MapReader::Int(std::string_view key, int64_t fallback, int64_t min, int64_t max) {
  const Node* value = Optional(key);
  if (value == nullptr) return fallback;
  const std::optional<int64_t> number = value->AsInt();
  if (!number.has_value()) {
    WrongType(key, *value, "a whole number", "SIG-1207");
    return fallback;
  }
  if (*number < min || *number > max) {
    std::string range = "at least " + std::to_string(min);
    if (max != std::numeric_limits<int64_t>::max()) range += " and at most " + std::to_string(max);
    diagnostics_.Error(
        "SIG-1211",
        value->mark(),
        Quoted(key) + " of " + what_ + " must be " + range + ", but is " + std::to_string(*number));
    return fallback;
  }
  return *number;
}

double MapReader::Double(std::string_view key, double fallback) {
  const Node* value = Optional(key);
  if (value == nullptr) return fallback;
  if (const std::optional<double> number = value->AsDouble()) return *number;
  WrongType(key, *value, "a number", "SIG-1207");
  return fallback;
}

bool MapReader::Bool(std::string_view key, bool fallback) {
  const Node* value = Optional(key);
  if (value == nullptr) return fallback;
  if (const std::optional<bool> flag = value->AsBool()) return *flag;
  std::string remedy;
  if (value->is_scalar()) {
    const std::string& text = value->text();
    if (text == "yes" || text == "on" || text == "True" || text == "TRUE") remedy = "write true";
    if (text == "no" || text == "off" || text == "False" || text == "FALSE") {
      remedy = "write false";
    }
  }
  WrongType(key, *value, "true or false", "SIG-1206", remedy);
  return fallback;
}

int64_t MapReader::Duration(std::string_view key, int64_t fallback_s) {
  const Node* value = Optional(key);
  if (value == nullptr) return fallback_s;
  if (const std::optional<int64_t> seconds = value->AsDuration()) return *seconds;
  WrongType(key, *value, "a duration", "SIG-1209");
  return fallback_s;
}

std::optional<Timestamp> MapReader::Date(std::string_view key) {
  const Node* value = Optional(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<Timestamp> date = value->AsDate();
  if (!date.has_value()) WrongType(key, *value, "a date", "SIG-1210");
  return date;
}

std::vector<std::string> MapReader::Texts(std::string_view key) {
  const Node* value = Optional(key);
  if (value == nullptr) return {};
  if (const auto texts = value->AsTexts()) return *texts;
  WrongType(key, *value, "a list of texts", "SIG-1203");
  return {};
}

std::vector<Node::Entry> MapReader::Entries(std::string_view key) {
  const Node* value = Optional(key);
  if (value == nullptr) return {};
  if (!value->is_map()) WrongType(key, *value, "a map", "SIG-1202");
  return value->entries();
}

std::vector<Node> MapReader::Items(std::string_view key) {
  const Node* value = Optional(key);
  if (value == nullptr) return {};
  if (!value->is_list()) WrongType(key, *value, "a list", "SIG-1203");
  return value->items();
}

void MapReader::Know(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
}

Node MapReader::Rest() {
  std::vector<Node::Entry> rest;
  for (const Node::Entry& entry : node_.entries()) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) rest.push_back(entry);
  }
  for (const Node::Entry& entry : rest) Know(entry.key);
  return Node::Map(node_.mark(), std::move(rest));
}

void MapReader::Finish() {
  for (const Node::Entry& entry : node_.entries()) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string nearest = NearestName(entry.key, known_);
    std::vector<std::string> keys = known_;
    std::sort(keys.begin(), keys.end());
    diagnostics_.Error(
        "SIG-1204",
        entry.key_mark,
        "unknown key " + Quoted(entry.key) + " in " + what_,
        !nearest.empty() ? "did you mean '" + nearest + "'?" : "known keys: " + Join(keys, ", "));
  }
}

void MapReader::Error(std::string_view code,
                      const Mark& mark,
                      std::string message,
                      std::string remedy) {
  diagnostics_.Error(code, mark, std::move(message), std::move(remedy));
}

}  // namespace signet::policies
