/// The UCI Adult set with ARX's hierarchies, from ../shared/vectors/adult: for tests and benches.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "policies/disclosure/generalisation_search.h"
#include "tests/support/environment.h"

namespace signet::testing_support {

/// Lines of a file of ';'-separated cells.
inline std::vector<std::vector<std::string>> CellsOf(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  const Result<Bytes> text = ReadFile(path);
  if (!text.ok()) return rows;
  for (std::string line : Split(AsText(*text), '\n')) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) rows.push_back(Split(line, ';'));
  }
  return rows;
}

/// The nine quasi-identifiers in the order of the header, each with its levels; nothing when the
/// shared folder is absent.
inline std::optional<std::vector<policies::QuasiColumn>> AdultColumns() {
  const std::optional<std::filesystem::path> path = SharedPath("vectors/adult/adult.csv");
  if (!path.has_value()) return std::nullopt;
  const auto rows = CellsOf(*path);
  std::vector<policies::QuasiColumn> columns;
  for (size_t c = 0; c < rows.front().size(); ++c) {
    policies::QuasiColumn column;
    const auto hierarchy =
        CellsOf(path->parent_path() / ("adult_hierarchy_" + rows.front()[c] + ".csv"));
    std::map<std::string, uint32_t> values;
    const size_t levels = hierarchy.front().size();
    std::vector<std::map<std::string, uint32_t>> names(levels);
    column.levels.assign(levels, policies::Codes(hierarchy.size()));
    for (size_t v = 0; v < hierarchy.size(); ++v) {
      values.emplace(hierarchy[v].front(), static_cast<uint32_t>(v));
      for (size_t l = 0; l < levels; ++l) {
        const auto code = static_cast<uint32_t>(names[l].size());
        column.levels[l][v] = names[l].emplace(hierarchy[v][l], code).first->second;
      }
    }
    for (size_t r = 1; r < rows.size(); ++r) column.values.push_back(values.at(rows[r][c]));
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace signet::testing_support
