#include "crypto/audit/audit_event.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/line_text.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {
namespace {

constexpr int kDepthMax = 32;
constexpr size_t kUsualEntryBytes = 512;
/// Integers up to here are exact as doubles, which is what other readers of JSON make of them.
constexpr int64_t kExactIntegerMax = int64_t{1} << 53;

Status Refused(std::string_view field, std::string_view why) {
  return Invalid("the audit event's " + std::string(field) + " " + std::string(why));
}

/// Whether a text is printable ASCII, which needs no closer look.
bool IsPlain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\') return false;
  }
  return true;
}

/// Appends a JSON string (RFC 8785 section 3.2.2.2; control characters are refused, so only '"' and
/// '\' are escaped).
Status AddText(std::string& out, std::string_view text, std::string_view field) {
  out += '"';
  if (IsPlain(text)) {
    out += text;
  } else {
    if (!IsOneLine(text)) return Refused(field, "is not UTF-8, or holds a control character");
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
  return OkStatus();
}

void AddInteger(std::string& out, int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value);
  out.append(buffer, end.ptr);
}

/// As ECMAScript's Number::toString writes it (RFC 8785 section 3.2.2.3): the shortest digits that
/// read back as `value`, which is finite.
void AddDouble(std::string& out, double value) {
  if (value == 0) {
    out += '0';
    return;
  }
  if (value < 0) out += '-';
  char buffer[32];
  const auto end = std::to_chars(
      buffer, buffer + sizeof(buffer), std::fabs(value), std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  const size_t e = text.find('e');
  std::string digits(1, text.front());
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const bool negative = text[e + 1] == '-';
  std::from_chars(text.data() + e + 2, text.data() + text.size(), exponent);
  const int point = (negative ? -exponent : exponent) + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point <= -6) {
    out += digits.front();
    if (count > 1) out += "." + digits.substr(1);
    out += negative ? "e-" : "e+";
    AddInteger(out, exponent);
  } else if (point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  } else if (count <= point) {
    out += digits + std::string(static_cast<size_t>(point - count), '0');
  } else {
    out += digits.substr(0, static_cast<size_t>(point)) + "." +
           digits.substr(static_cast<size_t>(point));
  }
}

/// `digits` decimal digits, with leading zeros.
void AddDigits(std::string& out, int64_t value, int digits) {
  const size_t end = out.size() + static_cast<size_t>(digits);
  out.resize(end);
  for (size_t i = end; digits > 0; --digits, value /= 10) {
    out[--i] = static_cast<char>('0' + value % 10);
  }
}

/// As TimestampText writes it, without its formatting: half of an entry's time otherwise.
void AddTime(std::string& out, Timestamp time) {
  const std::chrono::sys_time<std::chrono::microseconds> point{
      std::chrono::microseconds(time.micros)};
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::microseconds> clock(point - day);
  const std::pair<int64_t, char> parts[] = {{static_cast<int>(date.year()), '-'},
                                            {static_cast<unsigned>(date.month()), '-'},
                                            {static_cast<unsigned>(date.day()), 'T'},
                                            {clock.hours().count(), ':'},
                                            {clock.minutes().count(), ':'}};
  out += ",\"time\":\"";
  int digits = 4;
  for (const auto& [value, separator] : parts) {
    AddDigits(out, value, digits);
    out += separator;
    digits = 2;
  }
  AddDigits(out, clock.seconds().count(), digits);
  if (const int64_t fraction = clock.subseconds().count(); fraction != 0) {
    out += '.';
    AddDigits(out, fraction, 6);
  }
  out += "Z\"";
}

Status AddValue(std::string& out, const Json& value, int depth);

Status AddArray(std::string& out, const Json& value, int depth) {
  char separator = '[';
  for (const Json& item : value.items()) {
    out += separator;
    separator = ',';
    TRY(AddValue(out, item, depth + 1));
  }
  out += separator == '[' ? "[]" : "]";
  return OkStatus();
}

Status AddObject(std::string& out, const Json& value, int depth) {
  char separator = '{';
  for (const auto& [key, field] : value.fields()) {
    out += separator;
    separator = ',';
    // Plain keys sort alike by bytes, by code points and by RFC 8785's UTF-16 units.
    if (!IsPlain(key)) return Refused("facts", "have a key that is not plain ASCII");
    TRY(AddText(out, key, "facts"));
    out += ':';
    TRY(AddValue(out, field, depth + 1));
  }
  out += separator == '{' ? "{}" : "}";
  return OkStatus();
}

Status AddValue(std::string& out, const Json& value, int depth) {
  if (depth > kDepthMax) return Refused("facts", "are nested too deeply");
  if (value.is_string()) return AddText(out, value.AsString(), "facts");
  if (value.is_array()) return AddArray(out, value, depth);
  if (value.is_object()) return AddObject(out, value, depth);
  if (value.is_int()) {
    if (value.AsInt() > kExactIntegerMax || value.AsInt() < -kExactIntegerMax) {
      return Refused("facts", "hold an integer beyond 2^53: write it as a text");
    }
    AddInteger(out, value.AsInt());
    return OkStatus();
  }
  if (value.is_number()) {
    if (!std::isfinite(value.AsDouble())) {
      return Refused("facts", "hold a number that is not finite");
    }
    AddDouble(out, value.AsDouble());
    return OkStatus();
  }
  out += value.Dump();
  return OkStatus();
}

/// Appends `,"name":"text"` (or with '{' for the first field) unless the text is empty.
Status AddField(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return OkStatus();
  out += out.empty() ? '{' : ',';
  out += '"';
  out += name;
  out += "\":";
  return AddText(out, text, name);
}

}  // namespace

Result<std::string> AuditEntryText(const AuditEvent& event,
                                   uint64_t index,
                                   Timestamp time,
                                   std::string_view why) {
  if (event.type.empty()) return Refused("type", "is empty");
  if (!event.facts.is_null() && !event.facts.is_object()) return Refused("facts", "are no object");
  std::string out;
  out.reserve(kUsualEntryBytes);
  // Fields in the order of their names, as RFC 8785 section 3.2.3 sorts them.
  TRY(AddField(out, "action", event.action));
  TRY(AddField(out, "actor", event.actor));
  if (event.facts.size() > 0) {
    out += out.empty() ? "{\"facts\":" : ",\"facts\":";
    TRY(AddObject(out, event.facts, 0));
  }
  out += out.empty() ? "{\"index\":" : ",\"index\":";
  AddInteger(out, static_cast<int64_t>(index));
  TRY(AddField(out, "policy", event.policy));
  TRY(AddField(out, "run", event.run));
  TRY(AddField(out, "subject_ref", event.subject_ref));
  AddTime(out, time);
  TRY(AddField(out, "type", event.type));
  TRY(AddField(out, "why", why));
  out += '}';
  if (out.size() > kEntryBytesMax) {
    return Invalid("an audit entry of " + std::to_string(out.size()) +
                   " bytes is over the limit of " + std::to_string(kEntryBytesMax))
        .WithRemedy("log a digest of the bulk and keep the bulk in an artifact");
  }
  return out;
}

}  // namespace signet::crypto
