// Sources: from declared columns to the steps that tokenise, resolve and gate them.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "crypto/pseudonym/link_type.h"
#include "pipelines/catalog/state_blobs.h"
#include "pipelines/govern/jurisdiction_table.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/identity/resolver.h"
#include "pipelines/ingest/source_paths.h"
#include "pipelines/plan/planning.h"
#include "pipelines/plan/proof_checks.h"

namespace signet::pipelines {
namespace {

using policies::Category;
using policies::Mark;

std::string TokenisedName(const std::string& source) {
  return source + "#tokenised";
}

ColumnRole RoleOf(const ColumnDecl& column) {
  if (column.jurisdiction == "country") return ColumnRole::kCountry;
  if (column.jurisdiction == "region") return ColumnRole::kRegion;
  if (column.minor == "birth_date") return ColumnRole::kBirthDate;
  if (column.minor == "flag") return ColumnRole::kMinor;
  if (!column.consent.empty()) return ColumnRole::kConsent;
  if (column.opt_out == "sale") return ColumnRole::kOptOutSale;
  if (column.opt_out == "share") return ColumnRole::kOptOutShare;
  if (column.signal == "gpc") return ColumnRole::kGpc;
  return ColumnRole::kValue;
}

/// Binds one source's columns to the policy.
class SourceBinding {
 public:
  SourceBinding(Planning& planning, const SourceDecl& source) : p_(planning), source_(source) {}

  SourceSpec Bind() {
    SourceSpec spec;
    spec.name = source_.name;
    spec.default_region = source_.read["default_region"].AsString();
    spec.unidentified = source_.aggregate_only ? Unidentified::kAggregateOnly : Unidentified::kDrop;
    spec.quarantine_share_max = source_.quarantine_share_max;
    spec.unique = source_.unique;
    Result<SourceFormat> format = SourceFormat::FromJson(source_.read);
    if (format.ok()) {
      spec.format = *std::move(format);
    } else {
      const std::string& message = format.status().message();
      p_.diagnostics.Error(
          "SIG-3012", source_.located_read.Locate(message), message, format.status().remedy());
    }
    CheckReadKeys();
    for (const ColumnDecl& column : source_.columns) spec.columns.push_back(BindColumn(column));
    if (source_.has_subject) BindLinks(spec);
    CheckTime();
    return spec;
  }

 private:
  /// A misspelt `delimiter` would silently read another table.
  void CheckReadKeys() {
    static const std::vector<std::string> kKnown = {"format",
                                                    "path",
                                                    "delimiter",
                                                    "quote",
                                                    "header",
                                                    "null_text",
                                                    "time_zone",
                                                    "date_format",
                                                    "decimal_comma",
                                                    "currency",
                                                    "default_region"};
    for (const auto& [key, value] : source_.read.fields()) {
      if (std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end()) continue;
      const std::string nearest = NearestName(key, kKnown);
      p_.diagnostics.Error("SIG-1204",
                           source_.located_read.MarkOf("/" + key),
                           "unknown key '" + key + "' in `read` of source '" + source_.name + "'",
                           nearest.empty() ? "" : "did you mean '" + nearest + "'?");
    }
  }

  SourceColumn BindColumn(const ColumnDecl& decl) {
    SourceColumn column;
    column.name = decl.name;
    column.type = decl.type;
    column.required = decl.required;
    column.role = RoleOf(decl);
    column.purpose = decl.consent;
    column.as_of = decl.as_of;
    column.treatment.kind = policies::TreatmentKind::kDrop;
    if (!decl.as_of.empty() && source_.Find(decl.as_of) == nullptr) {
      p_.diagnostics.Error(
          "SIG-3023",
          decl.mark,
          "column '" + decl.as_of + "' is not declared in source '" + source_.name + "'");
    }
    if (!decl.consent.empty() && p_.policy.FindPurpose(decl.consent) == nullptr) {
      const std::string nearest = NearestName(decl.consent, p_.policy.PurposeNames());
      p_.diagnostics.Error("SIG-3017",
                           decl.mark,
                           "no policy declares the purpose '" + decl.consent + "'",
                           nearest.empty() ? "" : "did you mean '" + nearest + "'?");
    }
    if (decl.category.empty()) return column;
    column.category = decl.category;
    if (p_.policy.FindCategory(decl.category) == nullptr) {
      const std::string nearest = NearestName(decl.category, p_.policy.taxonomy().CategoryKeys());
      p_.diagnostics.Error("SIG-3018",
                           decl.category_mark,
                           "the taxonomy has no category '" + decl.category + "'",
                           nearest.empty() ? "" : "did you mean '" + nearest + "'?");
      return column;
    }
    column.treatment = p_.policy.TreatmentOf(decl.category);
    column.label = p_.policy.LabelOf(decl.category, source_.name + "." + decl.name);
    AddProxies(p_, decl, column.label);
    return column;
  }

  void BindLinks(SourceSpec& spec) {
    if (!source_.id_column.empty()) {
      AddLink(spec, {source_.id_column, "id", "", source_.subject_mark});
    }
    for (const LinkDecl& link : source_.links) AddLink(spec, link);
    if (spec.links.empty()) {
      p_.diagnostics.Error("SIG-3020",
                           source_.subject_mark,
                           "source '" + source_.name + "' names no column that identifies a person",
                           "add `id:` or `links:`, or write `subject: none` for reference data");
    }
  }

  void AddLink(SourceSpec& spec, const LinkDecl& decl) {
    const ColumnDecl* column = source_.Find(decl.column);
    if (column == nullptr) {
      p_.diagnostics.Error("SIG-3020",
                           decl.mark,
                           "source '" + source_.name + "' has no column '" + decl.column + "'");
      return;
    }
    std::string type = decl.type;
    const Category* category = p_.policy.FindCategory(column->category);
    if (type.empty() && category != nullptr) type = category->link_type;
    const Result<crypto::LinkType> parsed = crypto::LinkTypeFromName(type);
    if (!parsed.ok()) {
      p_.diagnostics.Error("SIG-3020",
                           decl.mark,
                           "column '" + decl.column + "' of category '" + column->category +
                               "' does not identify a person",
                           "name the link's type: {column: " + decl.column +
                               ", type: id|email|phone|card|cookie|device}");
      return;
    }
    SourceLink link;
    link.column = decl.column;
    link.type = *parsed;
    if (*parsed == crypto::LinkType::kId) {
      link.id_domain = decl.domain.empty() ? source_.id_domain : decl.domain;
    } else if (!decl.domain.empty()) {
      p_.diagnostics.Error("SIG-3020",
                           decl.mark,
                           "link '" + decl.column + "' of type " + type + " takes no domain",
                           "a domain separates ids; other identifiers mean the same everywhere");
      return;
    }
    spec.links.push_back(std::move(link));
  }

  void CheckTime() {
    if (source_.time.empty()) return;
    const ColumnDecl* column = source_.Find(source_.time);
    if (column == nullptr) {
      p_.diagnostics.Error("SIG-3011",
                           source_.time_mark,
                           "source '" + source_.name + "' has no column '" + source_.time + "'");
    } else if (column->type != ColumnType::kTimestamp && column->type != ColumnType::kDate) {
      p_.diagnostics.Error(
          "SIG-3011",
          column->mark,
          "the time of source '" + source_.name + "' must be a date or a timestamp");
    }
  }

  Planning& p_;
  const SourceDecl& source_;
};

std::vector<std::string> FilesOf(Planning& planning, const SourceDecl& source) {
  if (!planning.request.find_files) return {source.path};
  Result<std::vector<std::string>> files = ExpandPaths(source.path, planning.request.base);
  if (files.ok()) return *std::move(files);
  planning.diagnostics.Error(
      "SIG-3021",
      source.path_mark,
      files.status().message(),
      "check the path; relative ones start in the folder where signet is called");
  return {};
}

PlannedStep StepOf(const std::string& id, const std::string& op, const SourceDecl* source) {
  PlannedStep step;
  step.id = id;
  step.op = op;
  const Operator* found = FindOperator(op);
  CHECK_FACTS(found != nullptr, op);
  step.operator_digest = OperatorDigest(*found);
  step.shape = found->signature().shape;
  step.keys = found->signature().keys;
  if (source != nullptr) {
    step.file = source->mark.file;
    step.line = source->mark.line;
  }
  return step;
}

void SetFiles(PlannedStep& step, const SourceSpec& spec, const std::vector<std::string>& files) {
  step.tasks = static_cast<int>(files.size());
  for (const std::string& file : files) {
    SourceSpec one = spec;
    one.path = file;
    step.task_options.push_back(Json::Of({{"source", one.ToJson()}, {"file", file}}));
  }
}

void AddReference(Planning& planning,
                  const SourceDecl& source,
                  const SourceSpec& spec,
                  const Schema& schema,
                  const std::vector<std::string>& files) {
  PlannedStep step = StepOf("load." + source.name, "reference", &source);
  SetFiles(step, spec, files);
  step.outputs.push_back({"out", source.name, DatasetKind::kReference, schema, false, false});
  planning.plan.steps.push_back(std::move(step));
  PlannedDataset dataset;
  dataset.name = source.name;
  dataset.kind = DatasetKind::kReference;
  dataset.schema = schema;
  dataset.step = "load." + source.name;
  dataset.mark = source.mark;
  planning.datasets.emplace(source.name, std::move(dataset));
}

struct BoundSource {
  const SourceDecl* decl;
  SourceSpec spec;
  Schema tokenised;
  Schema governed;
  std::vector<std::string> files;
};

void AddTokenise(Planning& planning, const BoundSource& source) {
  PlannedStep step = StepOf("tokenise." + source.decl->name, "tokenise", source.decl);
  SetFiles(step, source.spec, source.files);
  step.outputs.push_back({"out",
                          TokenisedName(source.decl->name),
                          DatasetKind::kTokenised,
                          source.tokenised,
                          false,
                          true});
  planning.plan.steps.push_back(std::move(step));
}

void AddStateInputs(PlannedStep& step) {
  step.inputs.push_back(
      PlainInput("identity", kIdentityDataset, DatasetKind::kIdentity, IdentitySchema()));
  step.inputs.push_back(
      PlainInput("keyring", kKeyringDataset, DatasetKind::kIdentity, KeyringSchema()));
}

/// One column of what is no table: sealed facts, sealed aliases.
Schema FactsSchema() {
  Column facts;
  facts.name = "facts";
  facts.type = ColumnType::kBytes;
  facts.label.label_class = policies::LabelClass::kFacts;
  return Schema{{facts}};
}

void AddResolve(Planning& planning, const std::vector<BoundSource>& sources) {
  PlannedStep step = StepOf("resolve", "resolve", nullptr);
  ResolveOptions options;
  for (const BoundSource& source : sources) {
    ResolveInput input;
    input.view = "links_" + source.decl->name;
    std::vector<std::string> columns;
    for (size_t i = 0; i < source.spec.links.size(); ++i) {
      input.links.push_back({source.spec.links[i].type, source.spec.links[i].id_domain});
      columns.push_back(LinkColumnName(i));
    }
    const Result<Schema> links = source.tokenised.Select(columns);
    CHECK(links.ok());
    step.inputs.push_back(
        PlainInput(input.view, TokenisedName(source.decl->name), DatasetKind::kTokenised, *links));
    options.inputs.push_back(std::move(input));
  }
  AddStateInputs(step);
  step.options = options.ToJson();
  step.outputs.push_back(
      {"identity_out", kIdentityDataset, DatasetKind::kIdentity, IdentitySchema(), true, false});
  step.outputs.push_back(
      {"keyring_out", kKeyringDataset, DatasetKind::kIdentity, KeyringSchema(), true, false});
  // Last, as the gate's facts: who was merged, for the ledger.
  step.outputs.push_back(
      {"aliases", kAliasesDataset, DatasetKind::kFacts, FactsSchema(), true, true});
  planning.plan.steps.push_back(std::move(step));
}

void AddGate(Planning& planning, const BoundSource& source) {
  const std::string& name = source.decl->name;
  PlannedStep step = StepOf("gate." + name, "gate", source.decl);
  step.tasks = static_cast<int>(source.files.size());
  SourceSpec spec = source.spec;
  spec.path = source.decl->path;
  step.options =
      Json::Of({{"source", spec.ToJson()},
                {"jurisdictions", JurisdictionTable::FromPolicy(planning.policy).ToJson()}});
  PlannedInput rows =
      PlainInput("tokenised", TokenisedName(name), DatasetKind::kTokenised, source.tokenised);
  rows.same_task = true;
  step.inputs.push_back(std::move(rows));
  AddStateInputs(step);
  step.outputs.push_back({"out", name, DatasetKind::kGoverned, source.governed, true, false});
  step.outputs.push_back(
      {"facts", name + "#facts", DatasetKind::kFacts, FactsSchema(), true, true});
  step.after = {"resolve"};
  planning.gates.push_back(step.id);
  planning.plan.steps.push_back(std::move(step));
  PlannedDataset dataset;
  dataset.name = name;
  dataset.kind = DatasetKind::kGoverned;
  dataset.schema = source.governed;
  dataset.step = "gate." + name;
  dataset.time = source.governed.Find(source.decl->time) != nullptr ? source.decl->time : "";
  dataset.mark = source.decl->mark;
  planning.datasets.emplace(name, std::move(dataset));
}

void AddStateDatasets(Planning& planning) {
  for (const auto& [name, schema] :
       {std::pair<const char*, Schema>(kIdentityDataset, IdentitySchema()),
        std::pair<const char*, Schema>(kKeyringDataset, KeyringSchema())}) {
    PlannedDataset dataset;
    dataset.name = name;
    dataset.kind = DatasetKind::kIdentity;
    dataset.schema = schema;
    dataset.step = "resolve";
    planning.datasets.emplace(name, std::move(dataset));
  }
}

}  // namespace

void PlanSources(Planning& planning) {
  std::vector<BoundSource> subjects;
  for (const SourceDecl& decl : planning.document.sources) {
    const size_t errors = planning.diagnostics.count();
    BoundSource source{&decl, SourceBinding(planning, decl).Bind(), {}, {}, {}};
    source.files = FilesOf(planning, decl);
    if (planning.diagnostics.count() != errors) continue;
    const Result<Schema> tokenised = TokenisedSchema(source.spec);
    if (!tokenised.ok()) {
      planning.diagnostics.Error("SIG-3020", decl.mark, tokenised.status().message());
      continue;
    }
    if (!decl.has_subject) {
      AddReference(planning, decl, source.spec, *tokenised, source.files);
      continue;
    }
    const Result<Schema> governed = GovernedSchema(source.spec);
    if (!governed.ok()) {
      planning.diagnostics.Error("SIG-3020", decl.mark, governed.status().message());
      continue;
    }
    source.tokenised = *tokenised;
    source.governed = *governed;
    subjects.push_back(std::move(source));
  }
  if (subjects.empty() || !planning.diagnostics.ok()) return;
  for (const BoundSource& source : subjects) AddTokenise(planning, source);
  AddResolve(planning, subjects);
  for (const BoundSource& source : subjects) AddGate(planning, source);
  AddStateDatasets(planning);
  PlannedStep consent;
  consent.id = "consent";
  consent.op = "consent";
  consent.shape = Shape::kLocal;
  consent.after = planning.gates;
  planning.plan.steps.push_back(std::move(consent));
}

}  // namespace signet::pipelines
