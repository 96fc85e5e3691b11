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

void AddHidden(const Planning& planning,
               const PlannedInput& input,
               Schema& schema,
               std::vector<HiddenUse>& hidden) {
  const auto& sources = planning.document.sources;
  const auto source = std::find_if(
      sources.begin(), sources.end(), [&](const SourceDecl& s) { return s.name == input.dataset; });
  if (source == sources.end()) return;
  for (const ColumnDecl& decl : source->columns) {
    if (schema.Find(decl.name) != nullptr) continue;
    HiddenUse use{input.name, {decl.name, decl.type, {}}, "", ""};
    if (decl.category.empty()) {
      use.explanation = "it only tells the consent ledger something";
      use.remedy = "leave the column out; consent already decides which rows the step sees";
    } else {
      const policies::Treatment treatment = planning.policy.TreatmentOf(decl.category);
      use.explanation = decl.category + " is treated with " +
                        std::string(policies::TreatmentName(treatment.kind)) + " (" +
                        treatment.rule +
                        (treatment.article.empty() ? "" : ", " + treatment.article) + ")";
      use.remedy = RemedyFor(treatment.kind);
    }
    schema.columns.push_back(use.column);
    hidden.push_back(std::move(use));
  }
}

}  // namespace

std::vector<HiddenUse> HiddenUsesOf(const Planning& planning,
                                    const Operator& op,
                                    const BindRequest& with_all,
                                    const std::vector<PlannedInput>& inputs) {
  BindRequest with_hidden = with_all;
  std::vector<HiddenUse> hidden;
  for (const PlannedInput& input : inputs) {
    if (input.kind != DatasetKind::kGoverned) continue;
    AddHidden(planning, input, with_hidden.inputs[input.name], hidden);
  }
  if (hidden.empty() || !op.Bind(with_hidden).ok()) return {};
  std::erase_if(hidden, [&](const HiddenUse& use) {
    BindRequest without = with_hidden;
    std::erase(without.inputs[use.view].columns, use.column);
    return op.Bind(without).ok();
  });
  return hidden;
}

}  // namespace signet::pipelines
