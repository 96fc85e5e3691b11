/// Turns a table's columns into floats for trees, the same way for rows learnt from and for others.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/surrogate_tree.h"
#include "pipelines/models/table.h"

namespace signet::pipelines {

/// Numbers, flags and times as they are (infinities are missing); a category of up to 12 values as
/// one column per value; one of more values as its mean outcome, smoothed towards the overall mean
/// by ten rows' weight, learnt out of fold for the rows learnt from, so that no row sees its own
/// outcome; a value that was not learnt is missing. Columns that hold one value, or a text that is
/// different in almost every row, are left out, with a note.
class TableEncoder {
 public:
  /// Learns from `rows` of `table` with `outcome[i]` of rows[i]; `keys[i]` decides folds. kInvalid
  /// if nothing is left to learn from.
  static Result<TableEncoder> Learn(const Table& table,
                                    std::span<const size_t> rows,
                                    std::span<const double> outcome,
                                    std::span<const uint64_t> keys);

  /// rows.size() x size() cells, NaN = missing.
  [[nodiscard]] std::vector<float> Encode(const Table& table, std::span<const size_t> rows) const;
  /// The rows learnt from, with out-of-fold means.
  [[nodiscard]] std::vector<float> EncodeLearnt(const Table& table) const;

  [[nodiscard]] size_t size() const { return columns_.size(); }
  /// "contract = Two year", "city (mean outcome)".
  [[nodiscard]] std::vector<std::string> Names() const;
  /// The table's column behind each of ours.
  [[nodiscard]] std::vector<std::string> Sources() const;
  [[nodiscard]] std::vector<SurrogateColumn> ForRules() const;
  /// What was left out, and why.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  /// A list of {name, kind, values, encoding}.
  [[nodiscard]] Json ToJson() const;

 private:
  static constexpr int kFolds = 5;
  struct Encoded {
    size_t source = 0;                            ///< column of the table
    int32_t value = -1;                           ///< one column per value: which
    bool means = false;                           ///< mean outcome
    std::vector<float> by_code;                   ///< means by the category's code; NaN: not learnt
    std::vector<std::vector<float>> out_of_fold;  ///< by fold, then by code
    std::string name, source_name;
    TableKind kind = TableKind::kNumber;
    std::string value_text;
  };
  void AddCategory(const TableColumn& column,
                   size_t source,
                   std::span<const size_t> rows,
                   std::span<const double> outcome);
  void LearnMeans(const TableColumn& column, std::span<const double> outcome, Encoded& encoded);
  static float Cell(const Encoded& encoded,
                    const TableColumn& column,
                    size_t row,
                    const std::vector<float>& means);

  std::vector<Encoded> columns_;
  std::vector<size_t> rows_;  ///< learnt from
  std::vector<int> folds_;    ///< of rows_
  std::vector<std::string> notes_;
};

}  // namespace signet::pipelines
