/// Console: the two outputs of a command, data on stdout and everything else on stderr.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

enum class Format { kText, kJson };

/// Writes to stdout / stderr; a closed pipe ends quietly.
void PrintData(std::string_view text);
void PrintJson(const Json& json);
void PrintNote(std::string_view text);
bool NotesGoToTerminal();

/// "error: ..." with code and help, as STYLE.md shows it; texts that are rendered already stay.
void PrintError(const Status& status);

}  // namespace signet::coordinator
