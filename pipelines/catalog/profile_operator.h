/// What `signet profile` needs of a worker: statistics of columns that passed the disclosure gate.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// `profile`: In: `rows` (the subject and the columns that the purpose may read, of the subjects it
/// may use); options: quasi (columns), sensitive (column or ""), min_group, min_class, rule,
/// article. Its result's extra, made inside the worker, holds nothing about fewer than min_group
/// people:
///   {people, rows, columns: [{name, type, people, missing, values: [{value, people}], rest,
///    bottom, quartiles: [q25, median, q75], top}], classes: {k, classes, rows_below_k, l,
///    entropy_l, t, t_ordered, verdict}}
/// or {refused: why}. Texts and booleans show values that at least min_group people have (the rest
/// as one); numbers and dates are coded at both ends so that at least min_group people lie beyond,
/// and rounded to two significant digits. A table of more than kProfileValuesMax values shows none.
class ProfileOperator final : public Operator {
 public:
  ProfileOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

inline constexpr int64_t kProfileValuesMax = 10'000;

}  // namespace signet::pipelines
