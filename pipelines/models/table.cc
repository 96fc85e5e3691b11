#include "pipelines/models/table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr double kNumberShare = 0.95;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string Lower(std::string_view text) {
  std::string lower(Trim(text));
  for (char& letter : lower) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return lower;
}

bool MeansMissing(std::string_view text) {
  constexpr std::array<std::string_view, 6> kMarks = {"", "na", "n/a", "null", "nan", "?"};
  const std::string lower = Lower(text);
  return std::find(kMarks.begin(), kMarks.end(), lower) != kMarks.end();
}

/// Counts what the texts look like.
struct Looks {
  size_t present = 0, numbers = 0, flags = 0;
};

Looks LooksOf(const std::vector<std::string>& texts) {
  Looks looks;
  for (const std::string& text : texts) {
    if (MeansMissing(text)) continue;
    ++looks.present;
    const bool digits = Trim(text) == "0" || Trim(text) == "1";
    if (FlagOf(text) >= 0 && !digits) ++looks.flags;
    if (DoubleFromText(Trim(text)).ok()) ++looks.numbers;
  }
  return looks;
}

}  // namespace

std::string_view TableKindName(TableKind kind) {
  switch (kind) {
    case TableKind::kNumber:
      return "number";
    case TableKind::kFlag:
      return "flag";
    case TableKind::kTime:
      return "time";
    case TableKind::kCategory:
      break;
  }
  return "category";
}

bool TableColumn::IsMissing(size_t row) const {
  return kind == TableKind::kCategory ? codes[row] < 0 : std::isnan(numbers[row]);
}

std::string TableColumn::TextOf(size_t row) const {
  if (IsMissing(row)) return "";
  if (kind == TableKind::kCategory) return values[static_cast<size_t>(codes[row])];
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), numbers[row]);
  return {text, end.ptr};
}

const TableColumn* Table::Find(std::string_view name) const {
  for (const TableColumn& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

TableColumn CategoryColumn(std::string name, const std::vector<std::string>& texts) {
  TableColumn column;
  column.name = std::move(name);
  column.kind = TableKind::kCategory;
  std::unordered_map<std::string_view, int32_t> codes;
  for (const std::string& text : texts) {
    if (!MeansMissing(text)) codes.emplace(Trim(text), 0);
  }
  for (const auto& entry : codes) column.values.emplace_back(entry.first);
  std::sort(column.values.begin(), column.values.end());
  for (size_t i = 0; i < column.values.size(); ++i) {
    codes[column.values[i]] = static_cast<int32_t>(i);
  }
  column.codes.reserve(texts.size());
  for (const std::string& text : texts) {
    column.codes.push_back(MeansMissing(text) ? -1 : codes.at(Trim(text)));
  }
  return column;
}

TableColumn ColumnOfTexts(std::string name, const std::vector<std::string>& texts) {
  const Looks looks = LooksOf(texts);
  const bool flags = looks.present > 0 && looks.flags == looks.present;
  const bool numbers = looks.present > 0 && static_cast<double>(looks.numbers) >=
                                                kNumberShare * static_cast<double>(looks.present);
  if (!flags && !numbers) return CategoryColumn(std::move(name), texts);
  TableColumn column;
  column.name = std::move(name);
  column.kind = flags ? TableKind::kFlag : TableKind::kNumber;
  column.numbers.reserve(texts.size());
  for (const std::string& text : texts) {
    if (flags) {
      const int flag = FlagOf(text);
      column.numbers.push_back(flag < 0 ? kMissing : flag);
      continue;
    }
    const Result<double> number = DoubleFromText(Trim(text));
    column.numbers.push_back(number.ok() ? *number : kMissing);
  }
  return column;
}

TableColumn CategoryOfNumbers(const TableColumn& column) {
  std::vector<std::string> texts;
  texts.reserve(column.rows());
  for (size_t i = 0; i < column.rows(); ++i) texts.push_back(column.TextOf(i));
  return CategoryColumn(column.name, texts);
}

int FlagOf(std::string_view text) {
  std::string word = Lower(text);
  if (!word.empty() && word.back() == '.') word.pop_back();
  constexpr std::array<std::string_view, 5> kYes = {"yes", "true", "y", "t", "1"};
  constexpr std::array<std::string_view, 5> kNo = {"no", "false", "n", "f", "0"};
  if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return 1;
  return std::find(kNo.begin(), kNo.end(), word) != kNo.end() ? 0 : -1;
}

}  // namespace signet::pipelines
