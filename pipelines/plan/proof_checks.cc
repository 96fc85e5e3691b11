#include "pipelines/plan/proof_checks.h"

#include <algorithm>
#include <string>

#include "crypto/base/text.h"
#include "pipelines/plan/publish_planning.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

using policies::Mark;
using policies::Verdict;

const StepDecl* DeclOf(const Planning& planning, const std::string& step) {
  for (const StepDecl& decl : planning.document.steps) {
    if (decl.id == step) return &decl;
  }
  return nullptr;
}

std::string WithRule(const Verdict& verdict) {
  return verdict.message + " (" + verdict.rule +
         (verdict.article.empty() ? "" : ", " + verdict.article) + ")";
}

bool IsPersonal(DatasetKind kind) {
  switch (kind) {
    case DatasetKind::kGoverned:
    case DatasetKind::kFeatures:
    case DatasetKind::kScores:
    case DatasetKind::kSegment:
    case DatasetKind::kSnapshot:
    case DatasetKind::kModel:
    case DatasetKind::kAggregate:
      return true;
    case DatasetKind::kRaw:        // never rests
    case DatasetKind::kTokenised:  // its key dies with the run
    case DatasetKind::kReference:  // about nobody
    case DatasetKind::kIdentity:   // the state's own
    case DatasetKind::kFacts:
    case DatasetKind::kView:
      return false;
  }
  return false;
}

void CheckSpecial(Planning& planning, const PlannedStep& step, const StepDecl& decl) {
  for (const PlannedInput& input : step.inputs) {
    for (const Column& column : input.schema.columns) {
      for (const std::string& special : column.label.special) {
        const Verdict verdict = planning.policy.MayUseSpecial(special, decl.purpose);
        if (verdict.allowed) continue;
        planning.diagnostics.Error(
            "SIG-3041",
            decl.purpose_mark,
            "column '" + column.name + "' of '" + input.dataset + "' is, or stands for, " +
                special + " (from " +
                Join({column.label.origins.begin(), column.label.origins.end()}, ", ") +
                "): " + WithRule(verdict),
            "leave the column out, or state the condition with the purpose: `special: {condition: "
            "..., article: ...}`");
        return;  // one column is enough to decide about the step
      }
    }
  }
}

void CheckRetention(Planning& planning, const PlannedStep& step, const Mark& mark) {
  for (const PlannedOutput& output : step.outputs) {
    if (!IsPersonal(output.kind) || output.ephemeral) continue;
    if (RetentionOf(planning.policy, output.kind, output.schema).has_value()) continue;
    planning.diagnostics.Error("SIG-3042",
                               mark,
                               "dataset '" + output.dataset + "' is of kind " +
                                   std::string(DatasetKindName(output.kind)) +
                                   ", for which no policy states a retention",
                               "add the kind to `retention` of a policy");
  }
}

void CheckExpiry(Planning& planning, const PlannedStep& step, const StepDecl& decl) {
  const std::string text = step.options["expires"].AsString();
  if (step.op != "publish" || text.empty()) return;
  const Result<int64_t> expires = DurationSeconds(text);
  if (!expires.ok()) return;  // the operator says what is wrong
  const policies::Label members = MemberLabel(step);
  std::optional<int64_t> kept =
      planning.policy.RetentionOf(DatasetKindName(DatasetKind::kSnapshot));
  std::string rule = planning.policy.RetentionRuleOf(DatasetKindName(DatasetKind::kSnapshot));
  if (members.retention_s.has_value() && (!kept.has_value() || *members.retention_s < *kept)) {
    kept = members.retention_s;
    rule = "the rule for " + Join({members.categories.begin(), members.categories.end()}, ", ");
  }
  if (!kept.has_value() || *expires <= *kept) return;
  planning.diagnostics.Error("SIG-3043",
                             decl.options.MarkOf("/expires"),
                             "the snapshot would be served for " + DurationText(*expires) +
                                 ", but may be kept for " + DurationText(*kept) + " (" + rule + ")",
                             "write `expires: " + DurationText(*kept) + "` or less");
}

}  // namespace

void AddProxies(Planning& planning, const ColumnDecl& decl, policies::Label& label) {
  for (const std::string& special : decl.proxy_for) {
    const policies::Category* category = planning.policy.FindCategory(special);
    if (category == nullptr || !category->special) {
      planning.diagnostics.Error("SIG-2022", decl.mark, "'" + special + "' is no special category");
      continue;
    }
    label.special.insert(special);
  }
}

std::optional<int64_t> RetentionOf(const policies::Policy& policy,
                                   DatasetKind kind,
                                   const Schema& schema) {
  std::optional<int64_t> kept = policy.RetentionOf(DatasetKindName(kind));
  for (const Column& column : schema.columns) {
    if (!column.label.retention_s.has_value()) continue;
    kept = std::min(kept.value_or(*column.label.retention_s), *column.label.retention_s);
  }
  return kept;
}

void CheckProof(Planning& planning) {
  for (const PlannedStep& step : planning.plan.steps) {
    const StepDecl* decl = DeclOf(planning, step.id);
    CheckRetention(planning, step, decl == nullptr ? planning.document.mark : decl->mark);
    if (decl == nullptr) continue;
    CheckSpecial(planning, step, *decl);
    CheckExpiry(planning, step, *decl);
  }
}

}  // namespace signet::pipelines
