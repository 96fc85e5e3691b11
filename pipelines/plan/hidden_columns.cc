#include "pipelines/plan/hidden_columns.h"

#include <algorithm>

namespace signet::pipelines {
namespace {

std::string RemedyFor(policies::TreatmentKind kind) {
  switch (kind) {
    case policies::TreatmentKind::kEscrow:
      return "leave the column out; it reaches a recipient by `identify_by` of a publish step, if "
             "organisation.yaml releases it";
    case policies::TreatmentKind::kEncrypt:
    case policies::TreatmentKind::kDrop:
    case policies::TreatmentKind::kKeep:
    case policies::TreatmentKind::kGeneralise:
    case policies::TreatmentKind::kPseudonymise:
      break;
  }
  return "leave the column out";
}

}  // namespace

std::vector<HiddenColumn> HiddenColumnsOf(const Planning& planning,
                                          const std::string& dataset,
                                          const Schema& visible) {
  std::vector<HiddenColumn> hidden;
  const auto& sources = planning.document.sources;
  const auto source = std::find_if(
      sources.begin(), sources.end(), [&](const SourceDecl& s) { return s.name == dataset; });
  if (source == sources.end() || !source->has_subject) return hidden;
  for (const ColumnDecl& decl : source->columns) {
    if (visible.Find(decl.name) != nullptr) continue;
    HiddenColumn column{{decl.name, decl.type, {}}, "", ""};
    if (decl.category.empty()) {
      column.explanation = "it only tells the consent ledger something";
      column.remedy = "leave the column out; consent already decides which rows the step sees";
    } else {
      const policies::Treatment treatment = planning.policy.TreatmentOf(decl.category);
      column.explanation = decl.category + " is treated with " +
                           std::string(policies::TreatmentName(treatment.kind)) + " (" +
                           treatment.rule +
                           (treatment.article.empty() ? "" : ", " + treatment.article) + ")";
      column.remedy = RemedyFor(treatment.kind);
    }
    hidden.push_back(std::move(column));
  }
  return hidden;
}

}  // namespace signet::pipelines
