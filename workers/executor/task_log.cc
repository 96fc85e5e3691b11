#include "workers/executor/task_log.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace signet::workers {

namespace {

constexpr size_t kEventCharsMax = 80;
constexpr size_t kNameCharsMax = 64;
constexpr size_t kFactsBytesMax = 2'048;
constexpr int64_t kMicrosPerSecond = 1'000'000;

// Where the program's own image begins and ends in memory (ld, lld).
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char __executable_start;
extern "C" const char edata;  // NOLINT(readability-identifier-naming)

/// Whether the text is written in the program itself, and so was not made from data.
bool IsLiteral(std::string_view text) {
  const std::less<const char*> before;
  return !before(text.data(), &__executable_start) && before(text.data(), &edata);
}

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// A phrase of the program: small letters, digits, spaces and a little punctuation.
bool IsPhrase(std::string_view text) {
  return !text.empty() && text.size() <= kEventCharsMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsPlain(c) || std::string_view(" ,;:'()-").find(c) != std::string_view::npos;
         });
}

bool IsKey(std::string_view text) {
  return !text.empty() && text.size() <= kNameCharsMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsPlain(c) || c == '_'; });
}

/// What a name of a step, dataset or column may look like.
bool IsName(std::string_view text) {
  return text.size() >= 2 && text.size() <= kNameCharsMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsPlain(c) || (c >= 'A' && c <= 'Z') ||
                  std::string_view("_.@-").find(c) != std::string_view::npos;
         });
}

bool IsFlat(const Json& value) {
  return value.is_null() || value.is_bool() || value.is_number() || value.is_string();
}

}  // namespace

bool TaskLog::IsKnown(std::string_view word) const {
  if (!IsName(word)) return false;
  const std::string quoted = "\"" + std::string(word) + "\"";
  return payload_.find(quoted) != std::string_view::npos;
}

Json TaskLog::Redacted(const Json& facts) const {
  Json safe{Json::Object()};
  size_t left = kFactsMax;
  for (const auto& [key, value] : facts.fields()) {
    if (!IsKey(key) || left == 0) continue;
    --left;
    const bool number = value.is_number() && std::isfinite(value.AsDouble());
    const bool passes =
        value.is_bool() || number || (value.is_string() && IsKnown(value.AsString()));
    safe.Set(key, passes ? value : Json("[text]"));
  }
  return safe;
}

bool TaskLog::Take(LogLevel level,
                   std::string_view event,
                   const Json& facts,
                   int64_t monotonic_micros,
                   TaskLine& line) {
  if (last_ >= 0) allowance_ += std::max<int64_t>(monotonic_micros - last_, 0) * kPerSecond;
  last_ = monotonic_micros;
  allowance_ = std::min(allowance_, kBurst * kMicrosPerSecond);
  if (allowance_ < kMicrosPerSecond || lines_ >= kLinesMax) {
    ++dropped_;
    return false;
  }
  allowance_ -= kMicrosPerSecond;
  ++lines_;
  line.level = level;
  line.event = IsPhrase(event) && IsLiteral(event) ? std::string(event) : "[text]";
  line.facts = facts.is_object() ? Redacted(facts).Dump() : std::string();
  line.dropped = dropped_;
  dropped_ = 0;
  return true;
}

bool IsTaskLine(const TaskLine& line) {
  if (!IsPhrase(line.event) && line.event != "[text]") return false;
  if (line.facts.size() > kFactsBytesMax) return false;
  if (line.facts.empty()) return true;
  const Result<Json> facts = Json::Parse(line.facts);
  if (!facts.ok() || !facts->is_object()) return false;
  const auto& fields = facts->fields();
  return fields.size() <= TaskLog::kFactsMax &&
         std::all_of(fields.begin(), fields.end(), [](const auto& field) {
           const Json& value = field.second;
           const bool text = value.is_string();
           return IsKey(field.first) && IsFlat(value) &&
                  (!text || IsName(value.AsString()) || value.AsString() == "[text]");
         });
}

void EncodeTaskLine(const TaskLine& line, Bytes& to) {
  to.push_back(static_cast<uint8_t>(line.level));
  AppendU32(to, line.dropped);
  AppendField(to, line.event);
  AppendField(to, line.facts);
}

Status DecodeTaskLine(ByteView bytes, TaskLine& line) {
  ByteReader from(bytes);
  ASSIGN_OR_RETURN(const uint8_t level, from.U8());
  if (level > static_cast<uint8_t>(LogLevel::kError)) return Corrupt("a line has no level");
  line.level = static_cast<LogLevel>(level);
  ASSIGN_OR_RETURN(line.dropped, from.U32());
  ASSIGN_OR_RETURN(const ByteView event, from.Field());
  ASSIGN_OR_RETURN(const ByteView facts, from.Field());
  line.event = std::string(AsText(event));
  line.facts = std::string(AsText(facts));
  if (!from.empty() || !IsTaskLine(line)) return Corrupt("a line is no line of a task");
  return OkStatus();
}

}  // namespace signet::workers
