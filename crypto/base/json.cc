#include "crypto/base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "crypto/base/check.h"

namespace signet {
namespace {

constexpr size_t kDepthMax = 64;

const std::string kEmptyString;
const Json kNull;
const Json::Array kNoItems;
const Json::Object kNoFields;

/// Builds a Json from the parser's events, so that depth and duplicate keys are seen.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add(Json()); }
  bool boolean(bool value) override { return Add(Json(value)); }
  bool number_integer(int64_t value) override { return Add(Json(static_cast<long long>(value))); }
  bool number_unsigned(uint64_t value) override {
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Add(Json(static_cast<double>(value)));
    }
    return Add(Json(static_cast<long long>(value)));
  }
  bool number_float(double value, const std::string& /*text*/) override { return Add(Json(value)); }
  bool string(std::string& value) override { return Add(Json(std::move(value))); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return false; }
  bool start_object(size_t /*size*/) override { return Open(Json(Json::Object())); }
  bool key(std::string& name) override {
    if (open_.back().value.Has(name)) {
      error = "duplicate key";
      return false;
    }
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t /*size*/) override { return Open(Json(Json::Array())); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t position,
                   const std::string& /*token*/,
                   const nlohmann::detail::exception& /*e*/) override {
    error = "not JSON at byte " + std::to_string(position);
    return false;
  }

  Json root;
  std::string error;

 private:
  struct Level {
    Json value;
    std::string key;
  };

  bool Open(Json value) {
    if (open_.size() >= kDepthMax) {
      error = "JSON nested deeper than 64";
      return false;
    }
    open_.push_back({std::move(value), {}});
    return true;
  }

  bool Close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    return Add(std::move(done));
  }

  bool Add(Json value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (Level& level = open_.back(); level.value.is_object()) {
      level.value.Set(level.key, std::move(value));
    } else {
      level.value.Push(std::move(value));
    }
    return true;
  }

  std::vector<Level> open_;
};

/// ECMAScript's shortest round-trip form, as RFC 8785 section 3.2.2.3 asks.
std::string NumberText(double value) {
  CHECK(std::isfinite(value));
  if (value == 0) return "0";
  char buffer[64];
  const double magnitude = std::fabs(value);
  if (magnitude >= 1e-6 && magnitude < 1e21) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
    return {buffer, end.ptr};
  }
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  // C++ writes at least two exponent digits, ECMAScript as few as possible.
  const size_t exponent = text.find('e') + 2;
  while (text[exponent] == '0' && exponent + 1 < text.size()) text.erase(exponent, 1);
  return text;
}

void DumpString(std::string& out, const std::string& text) {
  // Nearly every text needs no escape: the library's way makes a value and a writer for each.
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (!plain) {
    out += nlohmann::json(text).dump();
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void Indent(std::string& out, int depth) {
  if (depth < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(depth) * 2, ' ');
}

void DumpArray(std::string& out, const Json& array, int depth);
void DumpObject(std::string& out, const Json& object, int depth);

/// `depth` is negative for the compact form.
void DumpTo(std::string& out, const Json& value, int depth) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.AsBool() ? "true" : "false";
  } else if (value.is_int()) {
    out += std::to_string(value.AsInt());
  } else if (value.is_number()) {
    out += NumberText(value.AsDouble());
  } else if (value.is_string()) {
    DumpString(out, value.AsString());
  } else if (value.is_array()) {
    DumpArray(out, value, depth);
  } else {
    DumpObject(out, value, depth);
  }
}

void DumpArray(std::string& out, const Json& array, int depth) {
  const int inner = depth < 0 ? -1 : depth + 1;
  out += '[';
  bool first = true;
  for (const Json& item : array.items()) {
    if (!std::exchange(first, false)) out += ',';
    Indent(out, inner);
    DumpTo(out, item, inner);
  }
  if (!first) Indent(out, depth);
  out += ']';
}

void DumpObject(std::string& out, const Json& object, int depth) {
  const int inner = depth < 0 ? -1 : depth + 1;
  out += '{';
  bool first = true;
  for (const auto& [key, field] : object.fields()) {
    if (!std::exchange(first, false)) out += ',';
    Indent(out, inner);
    DumpString(out, key);
    out += depth < 0 ? ":" : ": ";
    DumpTo(out, field, inner);
  }
  if (!first) Indent(out, depth);
  out += '}';
}

}  // namespace

Json::Json(unsigned long value) : Json(static_cast<unsigned long long>(value)) {}

Json::Json(unsigned long long value) {
  CHECK(value <= static_cast<unsigned long long>(std::numeric_limits<int64_t>::max()));
  value_ = static_cast<int64_t>(value);
}

Json Json::Of(std::initializer_list<std::pair<const std::string, Json>> fields) {
  Json object{Object()};
  for (const auto& [key, value] : fields) object.Set(key, value);
  return object;
}

Json Json::Strings(const std::vector<std::string>& items) {
  Json list{Array()};
  for (const std::string& item : items) list.Push(item);
  return list;
}

bool Json::is_number() const {
  return is_int() || std::holds_alternative<double>(value_);
}

bool Json::AsBool(bool otherwise) const {
  const bool* value = std::get_if<bool>(&value_);
  return value != nullptr ? *value : otherwise;
}

int64_t Json::AsInt(int64_t otherwise) const {
  const int64_t* value = std::get_if<int64_t>(&value_);
  return value != nullptr ? *value : otherwise;
}

double Json::AsDouble(double otherwise) const {
  if (const double* value = std::get_if<double>(&value_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&value_)) return static_cast<double>(*value);
  return otherwise;
}

const std::string& Json::AsString() const {
  const std::string* value = std::get_if<std::string>(&value_);
  return value != nullptr ? *value : kEmptyString;
}

const Json::Array& Json::items() const {
  const Array* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : kNoItems;
}

const Json::Object& Json::fields() const {
  const Object* value = std::get_if<Object>(&value_);
  return value != nullptr ? *value : kNoFields;
}

std::vector<std::string> Json::AsStrings() const {
  std::vector<std::string> strings;
  for (const Json& item : items()) strings.push_back(item.AsString());
  return strings;
}

bool Json::Has(std::string_view key) const {
  return fields().find(key) != fields().end();
}

const Json& Json::operator[](std::string_view key) const {
  const auto found = fields().find(key);
  return found != fields().end() ? found->second : kNull;
}

Json& Json::Field(std::string_view key) {
  if (is_null()) value_ = Object();
  CHECK(is_object());
  return std::get<Object>(value_)[std::string(key)];
}

Json& Json::Set(std::string_view key, Json value) {
  Field(key) = std::move(value);
  return *this;
}

Json& Json::Push(Json value) {
  if (is_null()) value_ = Array();
  CHECK(is_array());
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

size_t Json::size() const {
  return is_array() ? items().size() : fields().size();
}

std::string Json::Dump() const {
  std::string out;
  DumpTo(out, *this, -1);
  return out;
}

std::string Json::Pretty() const {
  std::string out;
  DumpTo(out, *this, 0);
  return out;
}

Result<Json> Json::Parse(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return Invalid(builder.error.empty() ? "not JSON" : builder.error);
  }
  return std::move(builder.root);
}

}  // namespace signet
