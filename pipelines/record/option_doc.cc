#include "pipelines/record/option_doc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

struct Unit {
  char letter;
  int64_t seconds;
};
constexpr std::array<Unit, 5> kUnits = {
    {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
constexpr int64_t kMicrosPerSecond = 1'000'000;
/// Three hundred years: no window is longer, and moments stay far from overflow.
constexpr int64_t kDurationSecondsMax = 300LL * 366 * 86400;
const Json kAbsent;

}  // namespace

Result<int64_t> DurationSeconds(std::string_view text) {
  const std::string shown = "a duration reads 45s, 30m, 12h, 90d or 2w";
  const std::string_view trimmed = Trim(text);
  if (trimmed.size() < 2) return Invalid(shown);
  const auto* unit = std::find_if(
      kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.letter == trimmed.back(); });
  if (unit == kUnits.end()) return Invalid(shown);
  const Result<int64_t> count = IntegerFromText(trimmed.substr(0, trimmed.size() - 1));
  if (!count.ok() || *count <= 0 || *count > kDurationSecondsMax / unit->seconds) {
    return Invalid(shown);
  }
  return *count * unit->seconds;
}

std::string DurationText(int64_t seconds) {
  for (const Unit& unit : {kUnits[3], kUnits[2], kUnits[1]}) {
    if (seconds % unit.seconds == 0) return std::to_string(seconds / unit.seconds) + unit.letter;
  }
  return std::to_string(seconds) + "s";
}

Result<Timestamp> ResolveMoment(std::string_view text, Timestamp as_of) {
  std::string_view rest = Trim(text);
  constexpr std::string_view kAsOf = "as_of";
  if (!rest.starts_with(kAsOf)) {
    Result<Timestamp> moment = TimestampFromText(rest);
    if (moment.ok()) return moment;
    return Invalid("a moment reads as_of, as_of - 90d, 2026-01-31 or 2026-01-31T08:00:00Z");
  }
  rest = Trim(rest.substr(kAsOf.size()));
  if (rest.empty()) return as_of;
  if (rest.front() != '-' && rest.front() != '+') {
    return Invalid("after as_of comes + or - and a duration");
  }
  ASSIGN_OR_RETURN(const int64_t seconds, DurationSeconds(rest.substr(1)));
  const int64_t micros = seconds * kMicrosPerSecond;
  return Timestamp{rest.front() == '-' ? as_of.micros - micros : as_of.micros + micros};
}

std::string TimestampSql(Timestamp moment) {
  std::string text = TimestampText(moment);
  text[10] = ' ';
  text.pop_back();
  return "TIMESTAMP '" + text + "'";
}

OptionReader::OptionReader(std::string where, const Json& map)
    : where_(std::move(where)), map_(map) {
  if (!map.is_object() && !map.is_null()) Fail("expected a map of options");
}

const Json& OptionReader::Take(std::string_view key) {
  known_.emplace_back(key);
  return map_.Has(key) ? map_[key] : kAbsent;
}

void OptionReader::Fail(std::string message) {
  if (problem_.empty()) problem_ = std::move(message);
}

std::string OptionReader::Text(std::string_view key, std::string otherwise) {
  const Json& value = Take(key);
  if (value.is_null()) return otherwise;
  if (value.is_int()) return std::to_string(value.AsInt());
  if (!value.is_string()) Fail("'" + std::string(key) + "' must be text");
  return value.AsString();
}

std::string OptionReader::RequiredText(std::string_view key) {
  std::string text = Text(key);
  if (text.empty()) Fail("'" + std::string(key) + "' is missing");
  return text;
}

std::string OptionReader::OneOf(std::string_view key, const std::vector<std::string>& allowed) {
  std::string text = Text(key, allowed.front());
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    const std::string near = NearestName(text, allowed);
    Fail("'" + std::string(key) + "' must be one of " + Join(allowed, ", ") +
         (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  return text;
}

double OptionReader::Number(std::string_view key, double otherwise, double low, double high) {
  const Json& value = Take(key);
  if (value.is_null()) return otherwise;
  double number = value.AsDouble(NAN);
  if (value.is_string()) {
    const Result<double> parsed = DoubleFromText(value.AsString());
    number = parsed.ok() ? *parsed : std::numeric_limits<double>::quiet_NaN();
  }
  if (!(number >= low && number <= high)) {
    Fail("'" + std::string(key) + "' must be a number from " + Json(low).Dump() + " to " +
         Json(high).Dump());
    return otherwise;
  }
  return number;
}

int64_t OptionReader::Integer(std::string_view key, int64_t otherwise, int64_t low, int64_t high) {
  const double number = Number(
      key, static_cast<double>(otherwise), static_cast<double>(low), static_cast<double>(high));
  if (number != std::floor(number)) Fail("'" + std::string(key) + "' must be a whole number");
  return static_cast<int64_t>(number);
}

std::optional<double> OptionReader::OptionalNumber(std::string_view key) {
  if (!map_.Has(key) || map_[key].is_null()) {
    known_.emplace_back(key);
    return std::nullopt;
  }
  return Number(key, 0, -1e300, 1e300);
}

bool OptionReader::Boolean(std::string_view key, bool otherwise) {
  const Json& value = Take(key);
  if (value.is_null()) return otherwise;
  if (value.is_bool()) return value.AsBool();
  if (value.AsString() == "true") return true;
  if (value.AsString() != "false") Fail("'" + std::string(key) + "' must be true or false");
  return false;
}

int64_t OptionReader::Duration(std::string_view key, std::string_view otherwise) {
  const std::string text = Text(key, std::string(otherwise));
  if (text.empty()) return 0;
  const Result<int64_t> seconds = DurationSeconds(text);
  if (seconds.ok()) return *seconds;
  Fail("'" + std::string(key) + "': " + seconds.status().message());
  return 0;
}

std::vector<std::string> OptionReader::Texts(std::string_view key) {
  const Json& value = Take(key);
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  if (!value.is_array()) Fail("'" + std::string(key) + "' must be a list");
  for (const Json& item : value.items()) {
    if (item.is_int()) {
      texts.push_back(std::to_string(item.AsInt()));
    } else if (item.is_string() && !item.AsString().empty()) {
      texts.push_back(item.AsString());
    } else {
      Fail("'" + std::string(key) + "' must be a list of texts");
    }
  }
  return texts;
}

const Json& OptionReader::Map(std::string_view key) {
  const Json& value = Take(key);
  if (!value.is_null() && !value.is_object()) Fail("'" + std::string(key) + "' must be a map");
  return value;
}

const Json& OptionReader::List(std::string_view key) {
  const Json& value = Take(key);
  if (!value.is_null() && !value.is_array()) Fail("'" + std::string(key) + "' must be a list");
  return value;
}

Status OptionReader::Finish() const {
  if (!problem_.empty()) return Invalid(where_ + ": " + problem_);
  for (const auto& [key, value] : map_.fields()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = NearestName(key, known_);
    return Invalid(where_ + ": unknown option '" + key + "'" +
                   (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  return OkStatus();
}

}  // namespace signet::pipelines
