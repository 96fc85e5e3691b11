/// A plain table of any schema, each column typed by what it holds: for methods that are run alone
/// on a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pipelines {

enum class TableKind {
  kNumber,
  kFlag,      ///< 0 or 1: booleans, yes/no, true/false
  kTime,      ///< days since 1970
  kCategory,  ///< text
};

/// "number", "flag", "time", "category".
std::string_view TableKindName(TableKind kind);

struct TableColumn {
  std::string name;
  TableKind kind = TableKind::kNumber;
  std::vector<double> numbers;      ///< all but categories; NaN = missing, infinities as they are
  std::vector<int32_t> codes;       ///< categories: position in `values`; -1 = missing
  std::vector<std::string> values;  ///< categories: distinct texts, rising

  [[nodiscard]] size_t rows() const {
    return kind == TableKind::kCategory ? codes.size() : numbers.size();
  }
  [[nodiscard]] bool IsMissing(size_t row) const;
  /// The value as text, for comparing and hashing.
  [[nodiscard]] std::string TextOf(size_t row) const;
};

struct Table {
  std::vector<TableColumn> columns;
  [[nodiscard]] size_t rows() const { return columns.empty() ? 0 : columns.front().rows(); }
  /// The column of that name, or nullptr.
  [[nodiscard]] const TableColumn* Find(std::string_view name) const;
};

/// A category column; "", NA, N/A, NULL, NaN and ? are missing.
TableColumn CategoryColumn(std::string name, const std::vector<std::string>& texts);
/// What texts hold: flags if all are yes/no-like, numbers if at least 95 % of those present are,
/// else categories. Blanks around values do not count.
TableColumn ColumnOfTexts(std::string name, const std::vector<std::string>& texts);
/// Numbers as categories, for codes that only look like numbers.
TableColumn CategoryOfNumbers(const TableColumn& column);
/// 1 for yes, true, y, t, 1; 0 for their opposites; -1 for anything else. Case, blanks and a final
/// full stop do not count.
int FlagOf(std::string_view text);

}  // namespace signet::pipelines
