#include "coordinator/cli/console.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "crypto/base/line_text.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

void Write(std::FILE* stream, std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
  std::fflush(stream);
}

}  // namespace

void PrintData(std::string_view text) {
  Write(stdout, text);
}
void PrintJson(const Json& json) {
  Write(stdout, json.Dump() + "\n");
}
void PrintNote(std::string_view text) {
  Write(stderr, text);
}
bool NotesGoToTerminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

void PrintError(const Status& status) {
  std::string text = status.message();
  if (text.rfind("error: ", 0) != 0) {
    text = "error: " + text;
    if (!status.diagnostic().empty()) text += " [" + status.diagnostic() + "]";
    text += "\n";
    if (!status.remedy().empty()) text += "help: " + status.remedy() + "\n";
  }
  // A file's name or somebody else's answer may hold escapes: each line is shown as a line.
  std::string shown;
  for (const std::string& line : Split(text, '\n')) {
    std::vector<std::string> parts = Split(line, '\t');
    for (std::string& part : parts) part = ShownOnOneLine(part);
    shown += Join(parts, "\t") + "\n";
  }
  while (shown.ends_with("\n\n")) shown.pop_back();
  PrintNote(shown);
}

}  // namespace signet::coordinator
