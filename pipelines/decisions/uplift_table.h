/// Any table as rows to learn uplift from: two arms, an outcome, and the columns known before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/logistic.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

struct UpliftTableSpec {
  std::string table;
  std::vector<std::string> columns;  ///< the features to consider, by name
  std::string arm;                   ///< SQL
  std::string control, treatment;    ///< values of the arm; rows of others are left out
  std::string outcome;               ///< SQL; yes/no or a number
  std::string test_where;            ///< SQL condition of the test rows; empty: a seeded share
  double test_share = 0.3;
  uint64_t seed = 1;
  bool keep_unbalanced = false;  ///< learn even from columns that differ between the arms
  /// A UUID column to carry. Then rows without arm or outcome are kept, too: they are no part of
  /// the test, and can be scored.
  std::string subject;
};

struct UpliftTable {
  std::vector<std::string> names;      ///< of the features kept
  std::vector<float> cells;            ///< row after row, NaN = missing
  std::vector<uint8_t> treated, test;  ///< test: 0 train, 1 test, 2 neither
  std::vector<double> outcome;
  std::vector<Uuid> subjects;  ///< with spec.subject
  int64_t rows_other_arms = 0, rows_without_outcome = 0;
  Json left_out;  ///< column to reason
  bool binary = true;

  [[nodiscard]] size_t rows() const { return treated.size(); }
  [[nodiscard]] RowMatrix matrix() const { return {cells, names.size()}; }
  /// The rows whose `test` is `side`.
  [[nodiscard]] UpliftTable Part(uint8_t side) const;
};

/// Numbers and yes/no as they are, dates as days, text of at most 64 values by a code per value in
/// order of name. Left out, each with its reason: constants, identifiers (every row its own value),
/// text of more values, and columns whose values differ between the arms by more than 0.05 standard
/// deviations (Cramer's V for text) with p < 1e-6: in a randomised test such a column was not known
/// before the treatment, and learning from it would leak. For the same reason: columns whose rarer
/// values come with the outcome alone (math/consequence.h), such as what was spent on a visit. The
/// seeded split depends on the rows' contents alone. kInvalid for an unknown arm, no feature, or an
/// arm without training or test rows.
Result<UpliftTable> ReadUpliftTable(query::Connection& connection, const UpliftTableSpec& spec);

}  // namespace signet::pipelines
