#include "pipelines/plan/parameters.h"

#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

using policies::Diagnostics;
using policies::MapReader;
using policies::Mark;
using policies::Node;

const std::vector<std::string>& ParameterTypes() {
  static const std::vector<std::string> kTypes = {
      "text", "path", "int", "number", "bool", "date", "duration"};
  return kTypes;
}

/// A number as SQL: in parentheses below zero, since `a -$n` must not begin a comment.
std::string NumberSql(const std::string& text) {
  return text[0] == '-' ? "(" + text + ")" : text;
}

/// The value and its SQL literal, or why the text is not of that type.
struct Typed {
  Json value;
  std::string sql;
};

Result<Typed> TypedValue(const std::string& type, const std::string& text, Timestamp now) {
  if (type == "int") {
    ASSIGN_OR_RETURN(const int64_t value, IntegerFromText(text));
    return Typed{static_cast<long long>(value), NumberSql(std::to_string(value))};
  }
  if (type == "number") {
    ASSIGN_OR_RETURN(const double value, DoubleFromText(text));
    return Typed{value, NumberSql(text)};
  }
  if (type == "bool") {
    if (text != "true" && text != "false") return Invalid("not true or false");
    return Typed{text == "true", text};
  }
  if (type == "date") {
    const std::string date = text == "today" ? DateText(now) : text;
    ASSIGN_OR_RETURN(const Timestamp moment, TimestampFromText(date));
    return Typed{date, TimestampSql(moment)};
  }
  if (type == "duration") {
    ASSIGN_OR_RETURN(const int64_t seconds, DurationSeconds(text));
    return Typed{text, "INTERVAL '" + std::to_string(seconds) + " seconds'"};
  }
  return Typed{text, SqlLiteral(text)};
}

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string TextOfScalar(const Json& value) {
  return value.is_string() ? value.AsString() : value.Dump();
}

std::string SubstituteText(const std::string& text,
                           const Mark& mark,
                           const Parameters& parameters,
                           Diagnostics& diagnostics) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t start = text.find("${", at);
    const size_t end = start == std::string::npos ? start : text.find('}', start);
    if (end == std::string::npos) {
      out += text.substr(at);
      break;
    }
    out += text.substr(at, start - at);
    const std::string name = text.substr(start + 2, end - start - 2);
    const auto found = parameters.values.find(name);
    if (found != parameters.values.end()) {
      out += TextOfScalar(found->second);
    } else {
      std::vector<std::string> known;
      for (const auto& [key, unused] : parameters.values) known.push_back(key);
      const std::string nearest = NearestName(name, known);
      diagnostics.Error("SIG-3014",
                        mark,
                        "no parameter is called '" + name + "'",
                        nearest.empty() ? "" : "did you mean '" + nearest + "'?");
    }
    at = end + 1;
  }
  return out;
}

}  // namespace

Parameters ReadParameters(MapReader& document,
                          const std::map<std::string, std::string>& given,
                          Timestamp now,
                          Diagnostics& diagnostics) {
  Parameters parameters;
  std::vector<std::string> declared;
  for (const Node::Entry& entry : document.Entries("params")) {
    declared.push_back(entry.key);
    MapReader reader(entry.value, "parameter '" + entry.key + "'", diagnostics);
    const std::string type = reader.Choice("type", ParameterTypes(), "text");
    std::optional<std::string> text = reader.OptionalText("default");
    reader.Text("description");
    reader.Finish();
    if (const auto found = given.find(entry.key); found != given.end()) text = found->second;
    if (!text) {
      diagnostics.Error("SIG-3015",
                        entry.key_mark,
                        "parameter '" + entry.key + "' has no default and was not given",
                        "add -p " + entry.key + "=...");
      parameters.values.emplace(entry.key, "");
      continue;
    }
    const Result<Typed> typed = TypedValue(type, *text, now);
    if (!typed.ok()) {
      diagnostics.Error("SIG-3015",
                        entry.key_mark,
                        "parameter '" + entry.key + "' must be of type " + type + ": " +
                            typed.status().message());
      parameters.values.emplace(entry.key, "");
      continue;
    }
    parameters.values[entry.key] = typed->value;
    parameters.sql[entry.key] = typed->sql;
    if (type == "date" || type == "duration") {
      parameters.moments[entry.key] = typed->value.AsString();
    }
  }
  for (const auto& [name, value] : given) {
    if (parameters.values.find(name) != parameters.values.end()) continue;
    const std::string nearest = NearestName(name, declared);
    diagnostics.Error("SIG-3014",
                      document.MarkOf("params"),
                      "-p " + name + ": the pipeline has no such parameter",
                      nearest.empty() ? "" : "did you mean '" + nearest + "'?");
  }
  return parameters;
}

Node Substitute(const Node& node, const Parameters& parameters, Diagnostics& diagnostics) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return node;
    case Node::Kind::kScalar:
      if (node.text().find("${") == std::string::npos) return node;
      return Node::Scalar(node.mark(),
                          SubstituteText(node.text(), node.mark(), parameters, diagnostics),
                          node.quoted());
    case Node::Kind::kList: {
      std::vector<Node> items;
      for (const Node& item : node.items()) {
        items.push_back(Substitute(item, parameters, diagnostics));
      }
      return Node::List(node.mark(), std::move(items));
    }
    case Node::Kind::kMap: {
      std::vector<Node::Entry> entries;
      for (const Node::Entry& entry : node.entries()) {
        entries.push_back(
            {entry.key, entry.key_mark, Substitute(entry.value, parameters, diagnostics)});
      }
      return Node::Map(node.mark(), std::move(entries));
    }
  }
  return node;
}

std::string SubstituteSql(const std::string& sql,
                          const std::map<std::string, std::string>& literals) {
  std::string out;
  char quote = '\0';
  for (size_t at = 0; at < sql.size(); ++at) {
    const char c = sql[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '$') {
      size_t end = at + 1;
      while (end < sql.size() && IsNameCharacter(sql[end])) ++end;
      const auto found = literals.find(sql.substr(at + 1, end - at - 1));
      if (found != literals.end()) {
        out += found->second;
        at = end - 1;
        continue;
      }
    }
    out += c;
  }
  return out;
}

}  // namespace signet::pipelines
