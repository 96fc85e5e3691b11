#include "pipelines/plan/publish_planning.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

using policies::TreatmentKind;
using policies::Verdict;

std::string SegmentsHere(const Planning& planning) {
  std::vector<std::string> segments;
  for (const auto& [name, dataset] : planning.datasets) {
    if (dataset.kind == DatasetKind::kSegment) segments.push_back(name);
  }
  return segments.empty() ? "" : "segment steps here: " + Join(segments, ", ");
}

const Column* AddReleaseInput(Planning& planning,
                              const StepDecl& decl,
                              const std::string& released,
                              PlannedStep& step) {
  const size_t dot = released.find('.');
  const std::string source = released.substr(0, dot);
  const auto found = planning.datasets.find(source);
  const Column* column = found == planning.datasets.end() || dot == std::string::npos
                             ? nullptr
                             : found->second.schema.Find(released.substr(dot + 1));
  if (column == nullptr) {
    planning.diagnostics.Error("SIG-3011",
                               decl.options.MarkOf("/identify_by"),
                               "'" + released + "' is no governed column",
                               "write SOURCE.COLUMN");
    return nullptr;
  }
  PlannedInput cells;
  cells.name = "released_cells";
  cells.dataset = source;
  cells.kind = DatasetKind::kGoverned;
  const Result<Schema> schema =
      found->second.schema.Select({std::string(kSubjectColumn), column->name});
  if (schema.ok()) cells.schema = *schema;
  step.inputs.push_back(std::move(cells));
  step.inputs.push_back(PlainInput("keyring",
                                   kKeyringDataset,
                                   DatasetKind::kIdentity,
                                   planning.datasets.at(kKeyringDataset).schema));
  return column;
}

/// Speaks for one publish step to one recipient after the other.
class RecipientChecks {
 public:
  RecipientChecks(Planning& planning, const StepDecl& decl, const Column* released)
      : p_(planning), decl_(decl), released_(released) {}

  /// The rule by which identifiers leave escrow, empty when none are released.
  std::string Check(const std::string& recipient, const policies::Label& members) {
    const Verdict may = p_.policy.MayReceive(recipient, decl_.purpose);
    if (!may.allowed) Refuse("SIG-3037", "/recipients", may, "");
    std::optional<std::set<std::string>> regions = members.regions;
    if (released_ != nullptr) regions = policies::Label::Join(members, released_->label).regions;
    const Verdict transfer = p_.policy.MayTransfer(recipient, regions);
    if (!transfer.allowed) Refuse("SIG-3039", "/recipients", transfer, "");
    CheckSealed(recipient, members);
    std::string rule;
    if (released_ == nullptr) return rule;
    for (const std::string& category : released_->label.categories) {
      const Verdict verdict = p_.policy.MayRelease(category, recipient, decl_.purpose);
      if (!verdict.allowed) {
        Refuse("SIG-3008",
               "/identify_by",
               verdict,
               "add a release rule for the recipient, or publish tokens only");
      }
      rule = verdict.rule;
    }
    return rule;
  }

 private:
  /// Who is in a segment tells what defines it: an encrypted column behind it needs a release rule
  /// as much as its value would.
  void CheckSealed(const std::string& recipient, const policies::Label& members) {
    for (const std::string& category : members.categories) {
      const TreatmentKind kind = p_.policy.TreatmentOf(category).kind;
      if (kind != TreatmentKind::kEncrypt && kind != TreatmentKind::kEscrow) continue;
      const Verdict verdict = p_.policy.MayRelease(category, recipient, decl_.purpose);
      if (verdict.allowed) continue;
      Refuse("SIG-3008",
             "/segments",
             verdict,
             "define the segment without '" + category + "', which is " +
                 std::string(policies::TreatmentName(kind)) + "ed, or add a release rule");
    }
  }

  void Refuse(const char* code, const char* option, const Verdict& verdict, std::string remedy) {
    p_.diagnostics.Error(code,
                         decl_.options.MarkOf(option),
                         verdict.message + " (" + verdict.rule + ")",
                         std::move(remedy));
  }

  Planning& p_;
  const StepDecl& decl_;
  const Column* released_;
};

}  // namespace

const Column* AddPublishInputs(Planning& planning,
                               const StepDecl& decl,
                               const Json& options,
                               PlannedStep& step) {
  for (const Json& item : options["segments"].items()) {
    const std::string& segment = item.AsString();
    const auto found = planning.datasets.find(segment);
    if (found == planning.datasets.end() || found->second.kind != DatasetKind::kSegment) {
      planning.diagnostics.Error("SIG-3022",
                                 decl.options.MarkOf("/segments"),
                                 "'" + segment + "' is no segment step",
                                 SegmentsHere(planning));
      continue;
    }
    PlannedInput input;
    input.name = segment;
    input.dataset = segment;
    input.kind = DatasetKind::kSegment;
    input.subjects_filtered = true;
    const Result<Schema> members = found->second.schema.Select({std::string(kSubjectColumn)});
    if (members.ok()) input.schema = *members;
    const policies::Label& label = input.schema.columns.front().label;
    if (!label.Allows(decl.purpose)) {
      planning.diagnostics.Error("SIG-3003",
                                 decl.options.MarkOf("/segments"),
                                 "purpose '" + decl.purpose + "' may not use who is in segment '" +
                                     segment + "': its members were chosen by " +
                                     Join({label.origins.begin(), label.origins.end()}, ", "),
                                 "publish it for a purpose that may use them: " +
                                     Join({label.purposes.begin(), label.purposes.end()}, ", "));
    }
    step.inputs.push_back(std::move(input));
  }
  const std::string& released = options["identify_by"].AsString();
  return released.empty() ? nullptr : AddReleaseInput(planning, decl, released, step);
}

policies::Label MemberLabel(const PlannedStep& step) {
  policies::Label label;
  for (const PlannedInput& input : step.inputs) {
    if (input.kind != DatasetKind::kSegment) continue;
    for (const Column& column : input.schema.columns) {
      label = policies::Label::Join(label, column.label);
    }
  }
  return label;
}

void PlanRecipients(Planning& planning,
                    const StepDecl& decl,
                    const Json& options,
                    const Column* released,
                    PlannedStep& step) {
  const policies::Label members = MemberLabel(step);
  const policies::PublicationRule& publication = planning.policy.publication();
  RecipientChecks checks(planning, decl, released);
  for (const std::string& name : options["recipients"].AsStrings()) {
    const policies::Recipient* recipient = planning.policy.FindRecipient(name);
    if (recipient == nullptr) {
      const std::string nearest = NearestName(name, planning.policy.RecipientNames());
      planning.diagnostics.Error("SIG-3013",
                                 decl.options.MarkOf("/recipients"),
                                 "organisation.yaml has no recipient '" + name + "'",
                                 nearest.empty() ? "" : "did you mean '" + nearest + "'?");
      continue;
    }
    const std::string release_rule = checks.Check(name, members);
    step.task_options.push_back(
        Json::Of({{"publish", options},
                  {"recipient", name},
                  {"release_rule", release_rule},
                  {"min_group", std::max(publication.min_group, members.min_group)},
                  {"hold_max_s", publication.hold_max_s},
                  {"publication_rule", publication.rule},
                  {"publication_article", publication.article}}));
    planning.plan.publications.push_back(
        {decl.id, name, std::string(policies::RelationName(recipient->relation)), decl.purpose});
  }
  step.tasks = static_cast<int>(std::max<size_t>(step.task_options.size(), 1));
}

}  // namespace signet::pipelines
