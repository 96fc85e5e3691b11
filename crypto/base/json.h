/// Json: a small value type; the library that parses it stays behind json.cc.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet {

/// A JSON value. Objects keep their keys sorted, so Dump() is canonical (RFC 8785) for the values
/// we use: integers, finite doubles, UTF-8 strings. Reading a wrong type gives the empty value.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;
  Json(std::nullptr_t) {}                                  // NOLINT(google-explicit-constructor)
  Json(bool value) : value_(value) {}                      // NOLINT(google-explicit-constructor)
  Json(int value) : value_(int64_t{value}) {}              // NOLINT(google-explicit-constructor)
  Json(unsigned value) : value_(int64_t{value}) {}         // NOLINT(google-explicit-constructor)
  Json(long value) : value_(int64_t{value}) {}             // NOLINT(google-explicit-constructor)
  Json(long long value) : value_(int64_t{value}) {}        // NOLINT(google-explicit-constructor)
  Json(unsigned long value);                               // NOLINT(google-explicit-constructor)
  Json(unsigned long long value);                          // NOLINT(google-explicit-constructor)
  Json(double value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Json(std::string value) : value_(std::move(value)) {}    // NOLINT(google-explicit-constructor)
  Json(std::string_view value)                             // NOLINT(google-explicit-constructor)
      : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}   // NOLINT(google-explicit-constructor)
  Json(Object value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  /// Json::Of({{"run", id}, {"rows", 3}})
  static Json Of(std::initializer_list<std::pair<const std::string, Json>> fields);
  static Json List(std::initializer_list<Json> items) { return Json(Array(items)); }
  static Json Strings(const std::vector<std::string>& items);

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

  [[nodiscard]] bool AsBool(bool otherwise = false) const;
  [[nodiscard]] int64_t AsInt(int64_t otherwise = 0) const;
  [[nodiscard]] double AsDouble(double otherwise = 0) const;
  [[nodiscard]] const std::string& AsString() const;
  [[nodiscard]] const Array& items() const;
  [[nodiscard]] const Object& fields() const;
  [[nodiscard]] std::vector<std::string> AsStrings() const;

  [[nodiscard]] bool Has(std::string_view key) const;
  /// The field, or null when there is none.
  [[nodiscard]] const Json& operator[](std::string_view key) const;
  /// Makes this an object if it is null, and the field if it is new.
  Json& Set(std::string_view key, Json value);
  /// The field for change; makes it (null) if it is new.
  Json& Field(std::string_view key);
  /// Makes this an array if it is null.
  Json& Push(Json value);
  [[nodiscard]] size_t size() const;

  /// Compact, keys sorted. A non-finite double or invalid UTF-8 is a CHECK in Dump (callers
  /// validate where data enters).
  [[nodiscard]] std::string Dump() const;
  /// With indentation, for people.
  [[nodiscard]] std::string Pretty() const;
  /// kInvalid with the byte offset, never with the text. Depth at most 64. Duplicate keys refused.
  static Result<Json> Parse(std::string_view text);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

}  // namespace signet
