#include "coordinator/requests/run_names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>

#include "crypto/base/bytes.h"

namespace signet::coordinator {
namespace {

constexpr size_t kSecondLength = 15;  // 20261122t033831
constexpr size_t kMicrosDigits = 5;   // 0 to f423f
constexpr size_t kTimeLength = kSecondLength + 1 + kMicrosDigits;
constexpr int64_t kMicrosPerSecond = 1'000'000;

/// The part of a name that tells the time.
std::string NameTime(Timestamp at) {
  std::string digits(kMicrosDigits, '0');
  int64_t micros = at.micros % kMicrosPerSecond;
  for (size_t i = kMicrosDigits; i > 0; --i, micros /= 16) {
    digits[i - 1] = "0123456789abcdef"[micros % 16];
  }
  return RunNameStart(at) + "-" + digits;
}

/// The first moment whose names sort after this one; nothing for another text.
std::optional<Timestamp> After(const std::string& name) {
  const Result<Timestamp> second = TimeOfRun(name);
  if (!second.ok() || name.size() < kTimeLength) return std::nullopt;
  int64_t micros = 0;
  const char* const end = name.data() + kTimeLength;
  const std::from_chars_result read =
      std::from_chars(end - kMicrosDigits, end, micros, /*base=*/16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return Timestamp{second->micros + micros + 1};
}

}  // namespace

RunId NewRunId(StateFolder& state) {
  Timestamp at = state.clock().Now();
  for (const std::string& name : RunNamesNewestFirst(state)) {
    const std::optional<Timestamp> after = After(name);
    if (!after) continue;  // somebody's own folder
    at.micros = std::max(at.micros, after->micros);
    break;
  }
  return RunId(NameTime(at) + ToHex(state.entropy().RandomUuid()).substr(0, 3));
}

std::vector<std::string> RunNamesNewestFirst(const StateFolder& state) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(state.path() / "runs", error), end;
       !error && at != end;
       at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end(), std::greater<>());
  return names;
}

Result<Timestamp> TimeOfRun(const std::string& run) {
  if (run.size() < kSecondLength || run[8] != 't') return Invalid("not the id of a run");
  const std::string iso = run.substr(0, 4) + "-" + run.substr(4, 2) + "-" + run.substr(6, 2) + "T" +
                          run.substr(9, 2) + ":" + run.substr(11, 2) + ":" + run.substr(13, 2) +
                          "Z";
  return TimestampFromText(iso);
}

std::string RunNameStart(Timestamp at) {
  std::string text = TimestampText(at).substr(0, 19);  // 2026-11-22T03:38:31
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  std::replace(text.begin(), text.end(), 'T', 't');
  return text;
}

}  // namespace signet::coordinator
