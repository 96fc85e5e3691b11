#include "coordinator/cli/console.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

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
  if (text.back() != '\n') text += '\n';
  PrintNote(text);
}

}  // namespace signet::coordinator
