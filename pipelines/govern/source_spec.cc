#include "pipelines/govern/source_spec.h"

#include <array>
#include <set>
#include <utility>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr std::array<std::pair<ColumnRole, std::string_view>, 9> kRoles = {
    {{ColumnRole::kValue, "value"},
     {ColumnRole::kCountry, "jurisdiction_country"},
     {ColumnRole::kRegion, "jurisdiction_region"},
     {ColumnRole::kConsent, "consent"},
     {ColumnRole::kOptOutSale, "opt_out_sale"},
     {ColumnRole::kOptOutShare, "opt_out_share"},
     {ColumnRole::kGpc, "signal_gpc"},
     {ColumnRole::kBirthDate, "minor_birth_date"},
     {ColumnRole::kMinor, "minor_flag"}}};

Result<SourceColumn> ColumnFromJson(const Json& json) {
  SourceColumn column;
  column.name = json["name"].AsString();
  if (json.Has("type")) {
    ASSIGN_OR_RETURN(column.type, ColumnTypeFromName(json["type"].AsString()));
  }
  column.category = json["category"].AsString();
  ASSIGN_OR_RETURN(column.treatment, policies::Treatment::FromJson(json["treatment"]));
  ASSIGN_OR_RETURN(column.label, policies::Label::FromJson(json["label"]));
  if (json.Has("role")) {
    ASSIGN_OR_RETURN(column.role, ColumnRoleFromName(json["role"].AsString()));
  }
  column.purpose = json["purpose"].AsString();
  column.as_of = json["as_of"].AsString();
  column.wording = json["wording"].AsString();
  column.required = json["required"].AsBool();
  return column;
}

Json ColumnToJson(const SourceColumn& column) {
  return Json::Of({{"name", column.name},
                   {"type", ColumnTypeName(column.type)},
                   {"category", column.category},
                   {"treatment", column.treatment.ToJson()},
                   {"label", column.label.ToJson()},
                   {"role", ColumnRoleName(column.role)},
                   {"purpose", column.purpose},
                   {"as_of", column.as_of},
                   {"wording", column.wording},
                   {"required", column.required}});
}

bool IsNumber(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble || type == ColumnType::kDecimal;
}

bool IsTime(ColumnType type) {
  return type == ColumnType::kDate || type == ColumnType::kTimestamp;
}

/// Whether generalisation `key` with this value fits the column's type.
bool Generalises(const SourceColumn& column, const std::string& key, const Json& value) {
  const ColumnType type = column.type;
  if (key == "band") return value.AsInt() > 0 && (IsNumber(type) || IsTime(type));
  if (key == "truncate") return value.AsInt() > 0 && type == ColumnType::kText;
  if (key == "year") return value.AsBool() && IsTime(type);
  return key == "top" && value.is_int() && IsNumber(type);
}

Status CannotGeneralise(const SourceColumn& column, const std::string& key) {
  return Invalid("column '" + column.name + "': generalise '" + key +
                 "' does not fit a column of type " + std::string(ColumnTypeName(column.type)))
      .WithRemedy(
          "give the column a type that the policy's rule fits (band, top: numbers; band, "
          "year: dates; truncate: texts)");
}

Status CheckGeneralise(const SourceColumn& column) {
  const Json& options = column.treatment.options;
  for (const auto& [key, value] : options.fields()) {
    if (!Generalises(column, key, value)) return CannotGeneralise(column, key);
  }
  if (options.size() == 0) {
    return Invalid("column '" + column.name + "': generalise needs an option");
  }
  return OkStatus();
}

Status CheckColumn(const SourceSpec& spec, const SourceColumn& column) {
  const std::string where = "column '" + column.name + "' of source '" + spec.name + "': ";
  if (column.name.empty()) return Invalid("source '" + spec.name + "' has a column without a name");
  if (column.name == kSubjectColumn || column.name.starts_with("signet_") ||
      column.name.starts_with("link_") || column.name.starts_with("fact_")) {
    return Invalid(where + "this name is Signet's own");
  }
  if (column.treatment.kind == policies::TreatmentKind::kGeneralise) TRY(CheckGeneralise(column));
  if (column.role == ColumnRole::kConsent && column.purpose.empty()) {
    return Invalid(where + "a consent needs its purpose");
  }
  if (!column.as_of.empty()) {
    const SourceColumn* time = spec.Find(column.as_of);
    if (time == nullptr) {
      return Invalid(where + "as_of names '" + column.as_of + "', which is not declared");
    }
    if (!IsTime(time->type)) {
      return Invalid(where + "as_of names '" + column.as_of + "', which is not of type timestamp");
    }
  }
  const bool sealed = column.treatment.kind == policies::TreatmentKind::kEscrow ||
                      column.treatment.kind == policies::TreatmentKind::kEncrypt;
  if (spec.is_reference() && (sealed || column.role != ColumnRole::kValue)) {
    return Invalid(where +
                   "reference data have no subject, so they can have neither sealed cells "
                   "nor facts");
  }
  return OkStatus();
}

}  // namespace

std::string_view ColumnRoleName(ColumnRole role) {
  for (const auto& [value, name] : kRoles) {
    if (value == role) return name;
  }
  return "value";
}

Result<ColumnRole> ColumnRoleFromName(std::string_view name) {
  for (const auto& [value, known] : kRoles) {
    if (known == name) return value;
  }
  return Invalid("there is no column role '" + std::string(name) + "'");
}

const SourceColumn* SourceSpec::Find(std::string_view column) const {
  for (const SourceColumn& candidate : columns) {
    if (candidate.name == column) return &candidate;
  }
  return nullptr;
}

Status SourceSpec::Check() const {
  if (columns.empty()) return Invalid("source '" + name + "' declares no columns");
  std::set<std::string, std::less<>> names;
  for (const SourceColumn& column : columns) {
    if (!names.insert(column.name).second) {
      return Invalid("source '" + name + "' declares column '" + column.name + "' twice");
    }
    TRY(CheckColumn(*this, column));
  }
  for (const SourceLink& link : links) {
    if (!names.contains(link.column)) {
      return Invalid("source '" + name + "' identifies the subject by '" + link.column +
                     "', which is not declared");
    }
  }
  for (const std::string& column : unique) {
    if (!names.contains(column)) {
      return Invalid("source '" + name + "': unique names '" + column + "', which is not declared");
    }
  }
  if (!(quarantine_share_max >= 0 && quarantine_share_max <= 1)) {
    return Invalid("source '" + name + "': quarantine.max_share is a share between 0 and 1");
  }
  return OkStatus();
}

Json SourceSpec::ToJson() const {
  Json link_list{Json::Array()};
  for (const SourceLink& link : links) {
    link_list.Push(Json::Of({{"column", link.column},
                             {"type", crypto::LinkTypeName(link.type)},
                             {"domain", link.id_domain}}));
  }
  Json column_list{Json::Array()};
  for (const SourceColumn& column : columns) column_list.Push(ColumnToJson(column));
  Json read = format.options.is_object() ? format.options : Json(Json::Object());
  read.Set("format", format.format);
  return Json::Of(
      {{"name", name},
       {"path", path},
       {"read", read},
       {"default_region", default_region},
       {"links", link_list},
       {"columns", column_list},
       {"unidentified", unidentified == Unidentified::kDrop ? "drop" : "aggregate_only"},
       {"quarantine_share_max", quarantine_share_max},
       {"unique", Json::Strings(unique)}});
}

Result<SourceSpec> SourceSpec::FromJson(const Json& json) {
  SourceSpec spec;
  spec.name = json["name"].AsString();
  spec.path = json["path"].AsString();
  ASSIGN_OR_RETURN(spec.format, SourceFormat::FromJson(json["read"]));
  spec.default_region = json["default_region"].AsString();
  for (const Json& item : json["links"].items()) {
    ASSIGN_OR_RETURN(const crypto::LinkType type,
                     crypto::LinkTypeFromName(item["type"].AsString()));
    spec.links.push_back({item["column"].AsString(), type, item["domain"].AsString()});
  }
  for (const Json& item : json["columns"].items()) {
    ASSIGN_OR_RETURN(SourceColumn column, ColumnFromJson(item));
    spec.columns.push_back(std::move(column));
  }
  const std::string& unidentified = json["unidentified"].AsString();
  if (unidentified == "aggregate_only") {
    spec.unidentified = Unidentified::kAggregateOnly;
  } else if (!unidentified.empty() && unidentified != "drop") {
    return Invalid("source '" + spec.name + "': unidentified is drop or aggregate_only");
  }
  spec.quarantine_share_max = json["quarantine_share_max"].AsDouble(spec.quarantine_share_max);
  spec.unique = json["unique"].AsStrings();
  TRY(spec.Check());
  return spec;
}

}  // namespace signet::pipelines
