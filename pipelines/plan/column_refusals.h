/// Says which columns a step may not have, by which rule, and how they would have come to it.
#pragma once

#include <map>
#include <string>

#include "pipelines/catalog/operator.h"
#include "pipelines/plan/pipeline_document.h"
#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// Speaks for one step that cannot be bound to the columns that its purpose may read.
class ColumnRefusals {
 public:
  /// All must outlive it. `step` has its inputs.
  ColumnRefusals(Planning& planning,
                 const StepDecl& decl,
                 const Operator& op,
                 const PlannedStep& step)
      : p_(planning), decl_(decl), op_(op), step_(step) {}

  /// Reports (SIG-3003) the columns of `full` that the purpose may not use and that the step, given
  /// `with_all`, cannot do without: those whose absence alone breaks it.
  void ReportForbidden(const BindRequest& with_all, const std::map<std::string, Schema>& full);
  /// Whether the step would do with columns that the policy shows to no step; reports those.
  bool ReportHidden(const BindRequest& with_all);

 private:
  void ReportForbiddenColumn(const std::string& view, const Column& column);
  [[nodiscard]] const policies::Mark& MentionOf(const std::string& column) const;
  [[nodiscard]] std::string PathOf(const Column& column, const std::string& dataset) const;
  [[nodiscard]] bool Reaches(const std::string& dataset, const std::string& origin) const;

  Planning& p_;
  const StepDecl& decl_;
  const Operator& op_;
  const PlannedStep& step_;
};

}  // namespace signet::pipelines
