/// Turns feature columns into a matrix of floats, the same way for training and scoring.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/reason_words.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// n rows x m columns of floats, row after row; NaN = missing (also infinities).
struct FeatureMatrix {
  size_t columns = 0;
  std::vector<float> cells;
  std::vector<SubjectId> subjects;          ///< one per row
  std::vector<std::vector<double>> extras;  ///< one vector per extra expression asked for

  [[nodiscard]] size_t rows() const { return subjects.size(); }
};

/// Which columns a model reads, and how: numbers and booleans as they are, dates and timestamps as
/// days before `features_at`, text by a code per known value (others are missing).
class FeatureEncoder {
 public:
  /// Takes every usable column of `schema` but subject, features_at and `drop`. Text values held by
  /// fewer than 20 rows of `view`, or than `value_rows_min`, get no code of their own, and at most
  /// 64 do. kInvalid if nothing is left, or `drop` names no column.
  static Result<FeatureEncoder> Learn(query::Connection& connection,
                                      const std::string& view,
                                      const Schema& schema,
                                      const std::vector<std::string>& drop,
                                      int64_t value_rows_min = 0);

  /// Reads `from` (a FROM clause's content; alias `f` holds the features) in subject order.
  /// `extras` are further SQL expressions, read as doubles (NULL = 0). kInvalid if a subject occurs
  /// twice.
  Result<FeatureMatrix> Read(query::Connection& connection,
                             const std::string& from,
                             const std::vector<std::string>& extras) const;
  /// The same rows in no order, some at a time; a subject may occur twice.
  Status ReadInto(query::Connection& connection,
                  const std::string& from,
                  const std::vector<std::string>& extras,
                  const std::function<Status(const FeatureMatrix&)>& visit) const;
  /// kInvalid unless `schema` has every column with the type it was learnt from.
  [[nodiscard]] Status CheckSchema(const Schema& schema) const;

  [[nodiscard]] size_t size() const { return columns_.size(); }
  [[nodiscard]] std::vector<std::string> Names() const;
  /// The position of a column, or size().
  [[nodiscard]] size_t IndexOf(const std::string& name) const;
  /// How column `c` is told in words, and a category's text.
  [[nodiscard]] ValueKind KindOf(size_t c) const;
  [[nodiscard]] std::string ValueOf(size_t c, float cell) const;
  [[nodiscard]] Json ToJson() const;
  static Result<FeatureEncoder> FromJson(const Json& json);

 private:
  struct EncodedColumn {
    std::string name;
    ColumnType type = ColumnType::kDouble;
    std::vector<std::string> values;  ///< text only
  };
  [[nodiscard]] static std::string Sql(const EncodedColumn& column);
  [[nodiscard]] std::string SelectSql(const std::string& from,
                                      const std::vector<std::string>& extras) const;

  std::vector<EncodedColumn> columns_;
};

}  // namespace signet::pipelines
