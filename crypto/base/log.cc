#include "crypto/base/log.h"

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/clock.h"
#include "crypto/base/line_text.h"

namespace signet {
namespace {

struct Installed {
  std::mutex mutex;
  LogSink sink;
};

Installed& TheLog() {
  static Installed installed;
  return installed;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void SetLogSink(LogSink sink) {
  const std::lock_guard lock(TheLog().mutex);
  TheLog().sink = std::move(sink);
}

void Log(LogLevel level, std::string_view event, const Json& facts) {
  const std::lock_guard lock(TheLog().mutex);
  if (TheLog().sink) TheLog().sink(level, event, facts);
}

std::string LogLine(LogLevel level, std::string_view event, const Json& facts) {
  SystemClock clock;
  std::string line = TimestampText(clock.Now()) + " " + std::string(LogLevelName(level)) + " " +
                     std::string(event);
  if (!facts.is_null()) line += " " + facts.Dump();
  return ShownOnOneLine(line);
}

}  // namespace signet
