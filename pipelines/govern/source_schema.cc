// The schemas of a source before and after the gate.
#include <utility>

#include "pipelines/govern/source_spec.h"

namespace signet::pipelines {
namespace {

using policies::TreatmentKind;

Column LinkColumn(const SourceSpec& spec, size_t i) {
  Column column{LinkColumnName(i), ColumnType::kUuid, {}};
  const SourceColumn* source = spec.Find(spec.links[i].column);
  if (source != nullptr) column.label = source->label;
  column.label.identifiability = policies::Identifiability::kPseudonymous;
  column.label.label_class = policies::LabelClass::kLinks;
  return column;
}

ColumnType FactTypeOf(ColumnRole role) {
  switch (role) {
    case ColumnRole::kCountry:
    case ColumnRole::kRegion:
      return ColumnType::kText;
    case ColumnRole::kBirthDate:
      return ColumnType::kDate;
    case ColumnRole::kValue:
    case ColumnRole::kConsent:
    case ColumnRole::kOptOutSale:
    case ColumnRole::kOptOutShare:
    case ColumnRole::kGpc:
    case ColumnRole::kMinor:
      return ColumnType::kBool;
  }
  return ColumnType::kBool;
}

void AppendFactColumns(const SourceSpec& spec, size_t i, Schema& schema) {
  const SourceColumn& column = spec.columns[i];
  if (column.role == ColumnRole::kValue) return;
  policies::Label label = column.label;
  label.label_class = policies::LabelClass::kFacts;
  schema.columns.push_back({FactColumnName(i), FactTypeOf(column.role), label});
  if (!column.as_of.empty()) {
    schema.columns.push_back({FactTimeColumnName(i), ColumnType::kTimestamp, label});
  }
}

}  // namespace

std::string LinkColumnName(size_t link) {
  return "link_" + std::to_string(link + 1);
}
std::string FactColumnName(size_t column) {
  return "fact_" + std::to_string(column + 1);
}
std::string FactTimeColumnName(size_t column) {
  return FactColumnName(column) + "_at";
}

std::optional<ColumnType> GovernedTypeOf(const SourceColumn& column) {
  switch (column.treatment.kind) {
    case TreatmentKind::kKeep:
      return column.type;
    case TreatmentKind::kGeneralise: {
      const Json& options = column.treatment.options;
      if (options.Has("truncate")) return ColumnType::kText;
      if (options.Has("band") || options.Has("year")) return ColumnType::kInt64;
      return column.type;
    }
    case TreatmentKind::kPseudonymise:
      return ColumnType::kUuid;
    case TreatmentKind::kEncrypt:
    case TreatmentKind::kEscrow:
      return ColumnType::kBytes;
    case TreatmentKind::kDrop:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<Schema> TokenisedSchema(const SourceSpec& spec) {
  TRY(spec.Check());
  Schema schema;
  for (size_t i = 0; i < spec.links.size(); ++i) schema.columns.push_back(LinkColumn(spec, i));
  for (const SourceColumn& column : spec.columns) {
    const std::optional<ColumnType> type = GovernedTypeOf(column);
    if (!type) continue;
    Column out{column.name, *type, column.label};
    if (column.treatment.kind == TreatmentKind::kEscrow ||
        column.treatment.kind == TreatmentKind::kEncrypt) {
      out.type = ColumnType::kText;
      out.label.label_class = policies::LabelClass::kEscrow;
    }
    schema.columns.push_back(std::move(out));
  }
  for (size_t i = 0; i < spec.columns.size(); ++i) AppendFactColumns(spec, i, schema);
  return schema;
}

Result<Schema> GovernedSchema(const SourceSpec& spec) {
  TRY(spec.Check());
  if (spec.is_reference()) {
    return Invalid("source '" + spec.name + "' is reference data: the gate has nothing to do");
  }
  Schema schema;
  Column subject{std::string(kSubjectColumn), ColumnType::kUuid, {}};
  subject.label.identifiability = policies::Identifiability::kPseudonymous;
  schema.columns.push_back(std::move(subject));
  for (const SourceColumn& column : spec.columns) {
    const std::optional<ColumnType> type = GovernedTypeOf(column);
    if (type) schema.columns.push_back({column.name, *type, column.label});
  }
  return schema;
}

}  // namespace signet::pipelines
