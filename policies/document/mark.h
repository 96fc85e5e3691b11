/// Mark: a place in a document, with the text around it for error messages.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace signet::policies {

/// The name and the lines of one document, shared by all its marks.
struct SourceText {
  std::string name;
  std::vector<std::string> lines;

  /// Splits `text` at line feeds (a carriage return before one is dropped).
  static std::shared_ptr<const SourceText> Of(std::string name, std::string_view text);
};

/// A place: line and column count from 1, columns in characters (code points). Line 0 = no place.
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
  /// Characters that a caret underlines; at least 1.
  int length = 1;
  /// The document's lines; may be null.
  std::shared_ptr<const SourceText> source;

  [[nodiscard]] bool known() const { return line > 0; }
};

/// "gdpr.yaml:41:7", or the file's name alone when there is no place.
std::string MarkText(const Mark& mark);
/// "gdpr.yaml:41": how rules are named in verdicts. Folders are left out.
std::string RulePlace(const Mark& mark);

}  // namespace signet::policies
