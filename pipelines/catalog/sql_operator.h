/// `sql`: one SELECT per partition, proved before it runs.
#pragma once

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In: any datasets with a subject, and reference data; out: kind features, whose first column is
/// `subject`. The text is bound by query::AnalyseSelect: its lineage gives the labels.
/// Deterministic by its allow-lists. Memory: what DuckDB needs for one partition.
class SqlOperator final : public Operator {
 public:
  SqlOperator();
  [[nodiscard]] const OperatorSignature& signature() const override { return signature_; }
  [[nodiscard]] Result<Schema> Bind(const BindRequest& request) const override;
  [[nodiscard]] Status Run(TaskContext& context) const override;

 private:
  OperatorSignature signature_;
};

}  // namespace signet::pipelines
