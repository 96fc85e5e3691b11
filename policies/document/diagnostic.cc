#include "policies/document/diagnostic.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"
#include "policies/document/error_catalog.h"

namespace signet::policies {
namespace {

constexpr size_t kLineCharactersMax = 100;
constexpr size_t kContextBefore = 40;

// The line as characters (code points) that are safe to print: a control character, a C1 control or
// a bidirectional override becomes '?', a tab becomes a space, a broken byte U+FFFD.
std::vector<std::string> PrintableCharacters(std::string_view line) {
  std::vector<std::string> characters;
  for (size_t i = 0; i < line.size();) {
    size_t length = 1;
    while (i + length < line.size() &&
           (static_cast<unsigned char>(line[i + length]) & 0xC0) == 0x80) {
      ++length;
    }
    std::string character(line.substr(i, length));
    i += length;
    const auto lead = static_cast<unsigned char>(character[0]);
    const bool hidden =
        (length == 3 && lead == 0xE2 && character[1] == '\x80' &&
         static_cast<unsigned char>(character[2]) >= 0x8E) ||
        (length == 3 && lead == 0xE2 && character[1] == '\x81') ||
        (length == 2 && lead == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
    if (character == "\t") {
      character = " ";
    } else if (lead < 0x20 || lead == 0x7F || hidden) {
      character = "?";
    } else if (!IsValidUtf8(character)) {
      character = "\xEF\xBF\xBD";
    }
    characters.push_back(std::move(character));
  }
  return characters;
}

std::string Excerpt(const Mark& mark) {
  if (mark.source == nullptr || !mark.known() ||
      static_cast<size_t>(mark.line) > mark.source->lines.size()) {
    return {};
  }
  const std::vector<std::string> characters =
      PrintableCharacters(mark.source->lines[static_cast<size_t>(mark.line) - 1]);
  const size_t caret =
      std::min(static_cast<size_t>(std::max(mark.column, 1)) - 1, characters.size());
  size_t begin = 0;
  if (characters.size() > kLineCharactersMax && caret > kContextBefore) {
    begin = caret - kContextBefore;
  }
  const size_t end = std::min(characters.size(), begin + kLineCharactersMax);
  std::string text = begin > 0 ? "..." : "";
  std::string pad(text.size() + caret - begin, ' ');
  for (size_t i = begin; i < end; ++i) text += characters[i];
  if (end < characters.size()) text += "...";
  const size_t room = std::max<size_t>(1, end - std::min(end, caret));
  const size_t length = std::min(static_cast<size_t>(std::max(mark.length, 1)), room);
  return "   |     " + text + "\n   |     " + pad + "^" + std::string(length - 1, '~') + "\n";
}

std::string Place(const Mark& mark) {
  return mark.file.empty() ? std::string() : "  --> " + MarkText(mark) + "\n" + Excerpt(mark);
}

}  // namespace

std::string Render(const Diagnostic& diagnostic) {
  std::string text = "error: " + diagnostic.message + " [" + diagnostic.code + "]\n";
  text += Place(diagnostic.mark);
  for (const Diagnostic::Note& note : diagnostic.notes) {
    text += "note: " + note.text + "\n" + Place(note.mark);
  }
  std::string remedy = diagnostic.remedy;
  if (remedy.empty()) {
    if (const ErrorEntry* entry = FindError(diagnostic.code); entry != nullptr) {
      remedy = entry->remedy;
    }
  }
  if (!remedy.empty()) text += "help: " + remedy + "\n";
  return text;
}

void Diagnostics::Error(std::string_view code,
                        const Mark& mark,
                        std::string message,
                        std::string remedy) {
  Add(Diagnostic{std::string(code), std::move(message), mark, std::move(remedy), {}});
}

void Diagnostics::Add(Diagnostic diagnostic) {
  CHECK_FACTS(FindError(diagnostic.code) != nullptr, diagnostic.code);
  if (all_.size() >= kDiagnosticsMax) {
    ++dropped_;
    return;
  }
  all_.push_back(std::move(diagnostic));
}

Status ToStatus(const Diagnostics& diagnostics) {
  if (diagnostics.ok()) return OkStatus();
  std::string text;
  bool all_denied = true;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (!text.empty()) text += "\n";
    text += Render(diagnostic);
    all_denied = all_denied && FindError(diagnostic.code)->status == StatusCode::kDenied;
  }
  const size_t more = diagnostics.count() - diagnostics.all().size();
  if (more > 0) text += "\nand " + std::to_string(more) + " more errors\n";
  const StatusCode code = all_denied ? StatusCode::kDenied : StatusCode::kInvalid;
  return Status(code, text).WithDiagnostic(diagnostics.all().front().code);
}

}  // namespace signet::policies
