#include "policies/document/mark.h"

#include <memory>
#include <string>
#include <string_view>

#include "crypto/base/text.h"

namespace signet::policies {

std::shared_ptr<const SourceText> SourceText::Of(std::string name, std::string_view text) {
  auto source = std::make_shared<SourceText>();
  source->name = std::move(name);
  source->lines = Split(text, '\n');
  for (std::string& line : source->lines) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
  }
  return source;
}

std::string MarkText(const Mark& mark) {
  if (!mark.known()) return mark.file;
  return mark.file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

std::string RulePlace(const Mark& mark) {
  const std::string file = mark.file.substr(mark.file.rfind('/') + 1);
  return mark.known() ? file + ":" + std::to_string(mark.line) : file;
}

}  // namespace signet::policies
