/// The process log: structured lines to a sink that the main installs. Never a record's contents.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "crypto/base/json.h"

namespace signet {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
/// "debug", "info", "warning", "error".
std::string_view LogLevelName(LogLevel level);

/// Receives one event; called from any thread, one at a time.
using LogSink = std::function<void(LogLevel, std::string_view event, const Json& facts)>;

/// Installs the sink (default: none, silent libraries). Call before threads start.
void SetLogSink(LogSink sink);

/// Logs `event` (a fixed phrase of ours) with facts (ids, numbers, names of ours).
void Log(LogLevel level, std::string_view event, const Json& facts = {});

/// One line: "2026-11-22T03:38:31Z info event {facts}", control characters escaped.
std::string LogLine(LogLevel level, std::string_view event, const Json& facts);

}  // namespace signet
