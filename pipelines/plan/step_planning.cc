// Steps: each is bound to the columns that its purpose may read, or refused with rule and path.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/plan/column_pruning.h"
#include "pipelines/plan/column_refusals.h"
#include "pipelines/plan/filled_options.h"
#include "pipelines/plan/planning.h"
#include "pipelines/plan/publish_planning.h"
#include "pipelines/plan/step_order.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

using policies::LabelClass;
using policies::Mark;

std::string DidYouMean(const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "" : "did you mean '" + nearest + "'?";
}

bool HasSubject(const Schema& schema) {
  return schema.Find(kSubjectColumn) != nullptr;
}

/// Binds one step.
class StepBinding {
 public:
  StepBinding(Planning& planning, const StepDecl& decl) : p_(planning), decl_(decl) {}

  void Bind() {
    if (ReadsRefused()) return;
    p_.refused.insert({decl_.id, decl_.told_id});  // until Finish
    const size_t errors = p_.diagnostics.count();
    op_ = FindOperator(decl_.uses);
    const bool known = op_ != nullptr && (op_->signature().in_documents || decl_.written_out());
    if (!known) return UnknownOperator();
    CheckPurpose();
    options_ = FilledOptions(decl_, p_.policy);
    StartStep();
    for (const InputDecl& input : decl_.inputs) AddInput(input);
    if (decl_.uses == "publish") released_ = AddPublishInputs(p_, decl_, options_, step_);
    if (p_.diagnostics.count() != errors) return;
    if (decl_.uses == "train") CheckLabelWindow();
    std::optional<Schema> output = BindOperator();
    if (!output) return;
    // publish reads exactly what it releases
    if (decl_.uses != "publish") DropUnusedColumns(*op_, options_, *output, step_.inputs);
    if (decl_.uses == "publish") PlanRecipients(p_, decl_, options_, released_, step_);
    Finish(*std::move(output));
  }

 private:
  /// One error is enough: a step that reads a refused one is refused silently.
  bool ReadsRefused() {
    // Of steps that stand for one of the document, the first error is that one's.
    if (decl_.written_out() && p_.refused.count(decl_.told_id) != 0) return true;
    for (const std::string& dataset : DatasetsOf(decl_)) {
      if (p_.refused.count(dataset) == 0) continue;
      p_.refused.insert(decl_.id);
      return true;
    }
    return false;
  }

  void UnknownOperator() {
    std::vector<std::string> names;
    for (const Operator* op : AllOperators()) {
      if (op->signature().in_documents) names.push_back(op->signature().name);
    }
    p_.diagnostics.Error("SIG-3005",
                         decl_.uses_mark,
                         "no operator is called '" + decl_.uses + "'",
                         DidYouMean(decl_.uses, names));
  }

  void CheckPurpose() {
    if (decl_.purpose.empty()) {
      p_.diagnostics.Error("SIG-3016",
                           decl_.mark,
                           "step '" + decl_.told_id + "' states no purpose",
                           "add `purpose:` with a purpose that the policies declare");
    } else if (p_.policy.FindPurpose(decl_.purpose) == nullptr) {
      p_.diagnostics.Error("SIG-3017",
                           decl_.purpose_mark,
                           "no policy declares the purpose '" + decl_.purpose + "'",
                           DidYouMean(decl_.purpose, p_.policy.PurposeNames()));
    }
  }

  void StartStep() {
    step_.id = decl_.id;
    step_.op = decl_.uses;
    step_.operator_digest = OperatorDigest(*op_);
    step_.purpose = decl_.purpose;
    step_.shape = op_->signature().shape;
    step_.tasks = step_.shape == Shape::kPerPartition ? p_.plan.partitions : 1;
    step_.options = options_;
    step_.keys = op_->signature().keys;
    step_.may_warn = decl_.allow_failure;
    step_.run = decl_.run;
    step_.file = decl_.mark.file;
    step_.line = decl_.mark.line;
  }

  /// When rows stop existing for this step: its own cut-off, else the run's as_of.
  std::optional<Timestamp> Cutoff() {
    if (decl_.uses != "features") return p_.plan.as_of;
    const std::string text =
        options_.Has("cutoff") ? options_["cutoff"].AsString() : std::string("as_of");
    const Result<Timestamp> moment = ResolveMoment(text, p_.plan.as_of);
    if (!moment.ok()) {
      p_.diagnostics.Error("SIG-3012", decl_.options.MarkOf("/cutoff"), moment.status().message());
      return std::nullopt;
    }
    if (moment->micros > p_.plan.as_of.micros) {
      p_.diagnostics.Error(
          "SIG-3007",
          decl_.options.MarkOf("/cutoff"),
          "the cut-off " + DateText(*moment) + " lies after as_of " + DateText(p_.plan.as_of),
          "features may read nothing at or after as_of");
      return std::nullopt;
    }
    return *moment;
  }

  void AddInput(const InputDecl& decl) {
    const auto found = p_.datasets.find(decl.dataset);
    if (found == p_.datasets.end()) {
      p_.diagnostics.Error("SIG-3001",
                           decl.mark,
                           "no source or step is called '" + decl.dataset + "'",
                           DidYouMean(decl.dataset, p_.DatasetNames()));
      return;
    }
    const PlannedDataset& dataset = found->second;
    const auto& accepts = op_->signature().accepts;
    if (std::find(accepts.begin(), accepts.end(), dataset.kind) == accepts.end()) {
      return WrongKind(decl, dataset);
    }
    if (decl.approved && dataset.kind != DatasetKind::kModel) {
      p_.diagnostics.Error("SIG-3002",
                           decl.mark,
                           "'" + dataset.name + "@approved' names no model: '" + dataset.name +
                               "' is of kind " + std::string(DatasetKindName(dataset.kind)),
                           "only models have versions that are approved");
      return;
    }
    PlannedInput input;
    input.name = decl.view;
    input.dataset = dataset.name;
    input.kind = dataset.kind;
    input.approved = decl.approved;
    input.subjects_filtered = HasSubject(dataset.schema);
    if (!dataset.time.empty()) {
      input.before_column = dataset.time;
      input.before = Cutoff();
    }
    input.schema = Readable(dataset.schema, /*any=*/false);
    step_.inputs.push_back(std::move(input));
  }

  void WrongKind(const InputDecl& decl, const PlannedDataset& dataset) {
    std::vector<std::string> kinds;
    for (const DatasetKind kind : op_->signature().accepts) {
      kinds.emplace_back(DatasetKindName(kind));
    }
    std::vector<std::string> fitting;
    for (const auto& [name, other] : p_.datasets) {
      const auto& accepts = op_->signature().accepts;
      if (std::find(accepts.begin(), accepts.end(), other.kind) != accepts.end()) {
        fitting.push_back(name);
      }
    }
    p_.diagnostics.Error(
        "SIG-3002",
        decl.mark,
        "step '" + decl_.told_id + "' reads dataset '" + dataset.name + "' of kind " +
            std::string(DatasetKindName(dataset.kind)) + ", but " + decl_.told_uses + " needs " +
            Join(kinds, " or "),
        fitting.empty() ? "" : "datasets of that kind here: " + Join(fitting, ", "));
  }

  /// What the purpose (or any) may use. Escrowed cells and facts are released by rule: no input.
  [[nodiscard]] Schema Readable(const Schema& schema, bool any) const {
    Schema readable;
    readable.columns.reserve(schema.columns.size());
    for (const Column& column : schema.columns) {
      if (column.label.label_class == LabelClass::kEscrow) continue;
      // The subject too: who is in a dataset tells what its rows were filtered by.
      if (any || column.label.Allows(decl_.purpose)) readable.columns.push_back(column);
    }
    return readable;
  }

  /// The document's inputs as they would be if the purpose might use everything: errors ask.
  [[nodiscard]] std::map<std::string, Schema> FullInputs() const {
    std::map<std::string, Schema> full;
    for (const InputDecl& decl : decl_.inputs) {
      full[decl.view] = Readable(p_.datasets.at(decl.dataset).schema, /*any=*/true);
    }
    return full;
  }

  [[nodiscard]] BindRequest Request() const { return RequestOf(options_, step_.inputs); }

  std::optional<Schema> BindOperator() {
    Result<Schema> bound = op_->Bind(Request());
    if (bound.ok()) return std::move(bound).value();
    BindRequest with_all = Request();
    const std::map<std::string, Schema> full = FullInputs();
    for (auto& [view, schema] : with_all.inputs) {
      if (const auto found = full.find(view); found != full.end()) schema = found->second;
    }
    ColumnRefusals refusals(p_, decl_, *op_, step_);
    if (op_->Bind(with_all).ok()) {
      refusals.ReportForbidden(with_all, full);
    } else if (!refusals.ReportHidden(with_all)) {
      const std::string& message = bound.status().message();
      const char* code = decl_.uses == "sql" ? "SIG-3010" : "SIG-3012";
      const Mark& mark = decl_.uses == "sql" && decl_.options.marks.count("/sql") != 0
                             ? decl_.options.MarkOf("/sql")
                             : LocateOption(message);
      p_.diagnostics.Error(
          code, mark, "step '" + decl_.told_id + "': " + message, bound.status().remedy());
    }
    return std::nullopt;
  }

  [[nodiscard]] const Mark& LocateOption(const std::string& message) const {
    const Mark& mark = decl_.options.Locate(message);
    return mark.known() ? mark : decl_.mark;
  }

  void CheckLabelWindow() {
    const Json& label = options_["label"];
    const Result<int64_t> window = DurationSeconds(label["window"].AsString());
    if (!window.ok()) return;  // the operator says what is wrong
    const Result<int64_t> gap = DurationSeconds(label["gap"].AsString());
    for (const PlannedInput& input : step_.inputs) {
      const auto& at = p_.datasets.at(input.dataset).features_at;
      if (!at) continue;
      const int64_t end = at->micros + (*window + (gap.ok() ? *gap : 0)) * 1'000'000;
      if (end <= p_.plan.as_of.micros) continue;
      p_.diagnostics.Error("SIG-3007",
                           decl_.options.MarkOf("/label/window"),
                           "the label window of features at " + DateText(*at) + " ends on " +
                               DateText(Timestamp{end}) + ", after as_of " +
                               DateText(p_.plan.as_of),
                           "compute the features at an earlier cut-off, such as `cutoff: as_of - " +
                               DurationText(*window) + "`");
    }
  }

  void Finish(Schema output) {
    if (p_.datasets.count(decl_.id) != 0 || p_.plan.Find(decl_.id) != nullptr) {
      p_.diagnostics.Error("SIG-3019", decl_.mark, "the name '" + decl_.id + "' is taken");
      return;
    }
    const DatasetKind kind = op_->signature().produces;
    PlannedDataset dataset;
    dataset.name = decl_.id;
    dataset.kind = kind;
    dataset.schema = output;
    dataset.step = decl_.id;
    dataset.mark = decl_.mark;
    for (const PlannedInput& input : step_.inputs) {
      dataset.parents.push_back(input.dataset);
      if (!input.subjects_filtered) continue;
      auto& purposes = p_.plan.purposes;
      if (std::find(purposes.begin(), purposes.end(), decl_.purpose) == purposes.end()) {
        purposes.push_back(decl_.purpose);
      }
      step_.after = {"consent"};
    }
    step_.after.insert(step_.after.end(), decl_.after.begin(), decl_.after.end());
    if (decl_.uses == "features") dataset.features_at = Cutoff();
    const char* const name = kind == DatasetKind::kSnapshot ? "members" : "out";
    const bool ephemeral = op_->signature().ephemeral;
    step_.outputs.push_back({name, decl_.id, kind, std::move(output), false, ephemeral});
    p_.refused.erase(decl_.id);
    p_.refused.erase(decl_.told_id);
    p_.datasets.emplace(decl_.id, std::move(dataset));
    p_.plan.steps.push_back(std::move(step_));
  }

  Planning& p_;
  const StepDecl& decl_;
  const Operator* op_ = nullptr;
  Json options_;
  PlannedStep step_;
  const Column* released_ = nullptr;
};

}  // namespace

void PlanSteps(Planning& planning) {
  for (const StepDecl* step : SortedSteps(planning)) StepBinding(planning, *step).Bind();
}

}  // namespace signet::pipelines
