#include "pipelines/record/label_flow.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

void JoinInto(std::optional<policies::Label>& joined, const policies::Label& more) {
  joined = joined.has_value() ? policies::Label::Join(*joined, more) : more;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& known) {
  const std::string near = NearestName(name, known);
  return near.empty() ? "" : "; did you mean '" + near + "'?";
}

}  // namespace

Result<policies::Label> JoinedLabel(const Schema& schema, const std::vector<std::string>& columns) {
  CHECK(!columns.empty());
  std::optional<policies::Label> joined;
  for (const std::string& name : columns) {
    const Column* column = schema.Find(name);
    if (column == nullptr) {
      return NotFound("there is no column '" + name + "'" + DidYouMean(name, schema.Names()));
    }
    JoinInto(joined, column->label);
  }
  return *joined;
}

policies::Label JoinedLabel(const std::map<std::string, Schema>& inputs,
                            const std::set<std::string>& columns) {
  std::optional<policies::Label> joined;
  bool everything = columns.empty();
  for (const std::string& name : columns) {
    const size_t dot = name.find('.');
    const auto input = inputs.find(name.substr(0, dot));
    const Column* column = dot == std::string::npos || input == inputs.end()
                               ? nullptr
                               : input->second.Find(name.substr(dot + 1));
    if (column == nullptr) {
      everything = true;
    } else {
      JoinInto(joined, column->label);
    }
  }
  if (everything) {
    for (const auto& [name, schema] : inputs) {
      for (const Column& column : schema.columns) JoinInto(joined, column.label);
    }
  }
  CHECK(joined.has_value());
  return *joined;
}

Result<const Schema*> InputNamed(const std::map<std::string, Schema>& inputs,
                                 std::string_view name) {
  const auto found = inputs.find(std::string(name));
  if (found != inputs.end()) return &found->second;
  std::vector<std::string> names;
  names.reserve(inputs.size());
  for (const auto& [known, schema] : inputs) names.push_back(known);
  return Invalid("there is no input '" + std::string(name) + "' (inputs: " + Join(names, ", ") +
                 ")" + DidYouMean(name, names));
}

Result<const Column*> ColumnNamed(const Schema& schema,
                                  std::string_view input,
                                  std::string_view column) {
  const Column* found = schema.Find(column);
  if (found != nullptr) return found;
  return Invalid("input '" + std::string(input) + "' has no column '" + std::string(column) + "'" +
                 DidYouMean(column, schema.Names()));
}

}  // namespace signet::pipelines
