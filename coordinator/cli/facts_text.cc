#include "coordinator/cli/facts_text.h"

#include "coordinator/cli/console.h"

namespace signet::coordinator {
namespace {

bool IsPlain(const Json& value) {
  return !value.is_object() && !value.is_array();
}

std::string PlainText(const Json& value) {
  return value.is_string() ? value.AsString() : value.Dump();
}

void AppendValue(const Json& value, size_t indent, std::string& text);

void AppendNamed(const std::string& name, const Json& value, size_t indent, std::string& text) {
  text += std::string(indent, ' ') + name + ":";
  if (IsPlain(value)) {
    text += " " + PlainText(value) + "\n";
    return;
  }
  text += "\n";
  AppendValue(value, indent + 2, text);
}

void AppendValue(const Json& value, size_t indent, std::string& text) {
  for (const auto& field : value.fields()) AppendNamed(field.first, field.second, indent, text);
  for (const Json& item : value.items()) {
    if (IsPlain(item)) {
      text += std::string(indent, ' ') + "- " + PlainText(item) + "\n";
      continue;
    }
    text += std::string(indent, ' ') + "-\n";
    AppendValue(item, indent + 2, text);
  }
}

}  // namespace

std::string FactsText(const Json& facts) {
  std::string text;
  AppendValue(facts, 0, text);
  return text;
}

void PrintFacts(const Json& facts, const std::string& format) {
  if (format == "text") {
    PrintData(FactsText(facts));
  } else {
    PrintJson(facts);
  }
}

}  // namespace signet::coordinator
