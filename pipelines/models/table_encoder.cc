#include "pipelines/models/table_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kIndicatorsMax = 12;
constexpr size_t kIndicatorRowsMin = 5;  ///< rarer values have no column of their own
constexpr double kPriorRows = 10;
constexpr double kIdentifierShare = 0.9;  ///< distinct texts per row from which they name rows
constexpr size_t kIdentifierRowsMin = 30;
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// How often each code occurs among the rows.
std::vector<size_t> CountsOf(const TableColumn& column, std::span<const size_t> rows) {
  std::vector<size_t> counts(column.values.size(), 0);
  for (const size_t row : rows) {
    if (column.codes[row] >= 0) ++counts[static_cast<size_t>(column.codes[row])];
  }
  return counts;
}

/// Whether the rows hold at least two different finite numbers, or one and missing ones.
bool Varies(const TableColumn& column, std::span<const size_t> rows) {
  bool seen = false;
  bool missing = false;
  double first = 0;
  for (const size_t row : rows) {
    const double value = column.numbers[row];
    if (!std::isfinite(value)) {
      missing = true;
    } else if (!seen) {
      seen = true;
      first = value;
    } else if (static_cast<float>(value) != static_cast<float>(first)) {
      return true;
    }
  }
  return seen && missing;
}

}  // namespace

Result<TableEncoder> TableEncoder::Learn(const Table& table,
                                         std::span<const size_t> rows,
                                         std::span<const double> outcome,
                                         std::span<const uint64_t> keys) {
  CHECK(rows.size() == outcome.size() && rows.size() == keys.size());
  TableEncoder encoder;
  encoder.rows_.assign(rows.begin(), rows.end());
  for (const uint64_t key : keys) encoder.folds_.push_back(static_cast<int>((key >> 7U) % kFolds));
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const TableColumn& column = table.columns[c];
    if (column.kind == TableKind::kCategory) {
      encoder.AddCategory(column, c, rows, outcome);
      continue;
    }
    if (!Varies(column, rows)) {
      encoder.notes_.push_back("column '" + column.name + "' is left out: it holds one value");
      continue;
    }
    Encoded encoded;
    encoded.source = c;
    encoded.name = encoded.source_name = column.name;
    encoded.kind = column.kind;
    encoder.columns_.push_back(std::move(encoded));
  }
  if (encoder.columns_.empty()) {
    return Invalid("no column is left to learn from")
        .WithRemedy("every column is constant, missing or an identifier; check --drop and --id");
  }
  return encoder;
}

void TableEncoder::AddCategory(const TableColumn& column,
                               size_t source,
                               std::span<const size_t> rows,
                               std::span<const double> outcome) {
  const std::vector<size_t> counts = CountsOf(column, rows);
  const auto distinct = static_cast<size_t>(
      std::count_if(counts.begin(), counts.end(), [](size_t count) { return count > 0; }));
  size_t present = 0;
  for (const size_t count : counts) present += count;
  if (distinct < 2 && (distinct == 0 || present == rows.size())) {
    notes_.push_back("column '" + column.name + "' is left out: it holds one value");
    return;
  }
  const bool names_rows =
      present >= kIdentifierRowsMin &&
      static_cast<double>(distinct) > kIdentifierShare * static_cast<double>(present);
  if (names_rows) {
    notes_.push_back("column '" + column.name +
                     "' is left out: its text is different in almost every row");
    return;
  }
  Encoded encoded;
  encoded.source = source;
  encoded.source_name = column.name;
  encoded.kind = column.kind;
  if (distinct > kIndicatorsMax) {
    encoded.name = column.name + " (mean outcome)";
    encoded.means = true;
    LearnMeans(column, outcome, encoded);
    columns_.push_back(std::move(encoded));
    return;
  }
  // With two values and nothing missing one column tells both.
  const bool pair = distinct == 2 && present == rows.size();
  bool first = true;
  for (size_t v = 0; v < counts.size(); ++v) {
    if (counts[v] == 0) continue;
    const bool skipped = pair && first;
    first = false;
    if (skipped || counts[v] < std::min(kIndicatorRowsMin, rows.size() / 4)) continue;
    encoded.value = static_cast<int32_t>(v);
    encoded.value_text = column.values[v];
    encoded.name = column.name + " = " + column.values[v];
    columns_.push_back(encoded);
  }
}

void TableEncoder::LearnMeans(const TableColumn& column,
                              std::span<const double> outcome,
                              Encoded& encoded) {
  struct Sums {
    double sum = 0, rows = 0;
  };
  // Sums by fold and code; the rows are in a canonical order, so that rounding is too.
  std::vector<std::vector<Sums>> by_fold(kFolds, std::vector<Sums>(column.values.size()));
  std::vector<Sums> all(column.values.size());
  Sums total;
  std::vector<Sums> fold_total(kFolds);
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto fold = static_cast<size_t>(folds_[i]);
    total.sum += outcome[i];
    total.rows += 1;
    fold_total[fold].sum += outcome[i];
    fold_total[fold].rows += 1;
    const int32_t code = column.codes[rows_[i]];
    if (code < 0) continue;
    for (Sums* sums :
         {&by_fold[fold][static_cast<size_t>(code)], &all[static_cast<size_t>(code)]}) {
      sums->sum += outcome[i];
      sums->rows += 1;
    }
  }
  const auto mean = [](double sum, double rows, double prior) {
    return rows < 0.5 ? kMissing
                      : static_cast<float>((sum + kPriorRows * prior) / (rows + kPriorRows));
  };
  const double prior = total.sum / total.rows;
  encoded.by_code.resize(all.size());
  for (size_t v = 0; v < all.size(); ++v) {
    encoded.by_code[v] = mean(all[v].sum, all[v].rows, prior);
  }
  for (size_t f = 0; f < kFolds; ++f) {
    const double others = total.rows - fold_total[f].rows;
    const double own_prior = others > 0 ? (total.sum - fold_total[f].sum) / others : prior;
    std::vector<float> means(all.size());
    for (size_t v = 0; v < all.size(); ++v) {
      means[v] = mean(all[v].sum - by_fold[f][v].sum, all[v].rows - by_fold[f][v].rows, own_prior);
    }
    encoded.out_of_fold.push_back(std::move(means));
  }
}

float TableEncoder::Cell(const Encoded& encoded,
                         const TableColumn& column,
                         size_t row,
                         const std::vector<float>& means) {
  if (column.kind != TableKind::kCategory) {
    const auto value = static_cast<float>(column.numbers[row]);
    return std::isfinite(value) ? value : kMissing;
  }
  const int32_t code = column.codes[row];
  if (!encoded.means) return code == encoded.value ? 1.0F : 0.0F;
  return code < 0 ? kMissing : means[static_cast<size_t>(code)];
}

std::vector<float> TableEncoder::Encode(const Table& table, std::span<const size_t> rows) const {
  std::vector<float> cells(rows.size() * columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    const Encoded& encoded = columns_[c];
    const TableColumn& column = table.columns[encoded.source];
    for (size_t i = 0; i < rows.size(); ++i) {
      cells[i * columns_.size() + c] = Cell(encoded, column, rows[i], encoded.by_code);
    }
  }
  return cells;
}

std::vector<float> TableEncoder::EncodeLearnt(const Table& table) const {
  std::vector<float> cells = Encode(table, rows_);
  for (size_t c = 0; c < columns_.size(); ++c) {
    const Encoded& encoded = columns_[c];
    if (!encoded.means) continue;
    const TableColumn& column = table.columns[encoded.source];
    for (size_t i = 0; i < rows_.size(); ++i) {
      cells[i * columns_.size() + c] =
          Cell(encoded, column, rows_[i], encoded.out_of_fold[static_cast<size_t>(folds_[i])]);
    }
  }
  return cells;
}

std::vector<std::string> TableEncoder::Names() const {
  std::vector<std::string> names;
  for (const Encoded& column : columns_) names.push_back(column.name);
  return names;
}

std::vector<std::string> TableEncoder::Sources() const {
  std::vector<std::string> names;
  for (const Encoded& column : columns_) names.push_back(column.source_name);
  return names;
}

std::vector<SurrogateColumn> TableEncoder::ForRules() const {
  std::vector<SurrogateColumn> all;
  for (const Encoded& column : columns_) {
    SurrogateColumn own{column.means ? column.name : column.source_name, {}};
    if (column.value >= 0) own.values = {"not " + column.value_text, column.value_text};
    if (column.kind == TableKind::kFlag) own.values = {"no", "yes"};
    all.push_back(std::move(own));
  }
  return all;
}

Json TableEncoder::ToJson() const {
  Json list{Json::Array()};
  for (const Encoded& column : columns_) {
    list.Push(Json::Of({{"name", column.name},
                        {"column", column.source_name},
                        {"kind", TableKindName(column.kind)},
                        {"encoding",
                         column.means        ? "mean outcome, out of fold"
                         : column.value >= 0 ? "indicator"
                                             : "as it is"}}));
  }
  return list;
}

}  // namespace signet::pipelines
