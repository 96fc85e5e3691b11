#include "pipelines/plan/pipeline_document.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/plan/parameters.h"
#include "pipelines/record/option_doc.h"
#include "policies/document/map_reader.h"

namespace signet::pipelines {
namespace {

using policies::Diagnostics;
using policies::MapReader;
using policies::Node;

constexpr int kPartitionsMax = 1024;

ColumnType TypeOf(MapReader& reader, Diagnostics& diagnostics) {
  const std::string name = reader.Text("type", "text");
  const Result<ColumnType> type = ColumnTypeFromName(name);
  if (type.ok() && *type != ColumnType::kUuid && *type != ColumnType::kBytes) return *type;
  diagnostics.Error("SIG-1108",
                    reader.ValueMark("type"),
                    "'" + name + "' is no column type",
                    "use text, bool, int, double, decimal, date or timestamp");
  return ColumnType::kText;
}

ColumnDecl ReadColumn(const Node::Entry& entry,
                      const std::string& source,
                      Diagnostics& diagnostics) {
  ColumnDecl column;
  column.name = entry.key;
  column.mark = entry.key_mark;
  MapReader reader(entry.value, "column '" + source + "." + entry.key + "'", diagnostics);
  column.category = reader.Text("category");
  column.category_mark = reader.ValueMark("category");
  column.type = TypeOf(reader, diagnostics);
  column.required = reader.Bool("required", false);
  column.jurisdiction = reader.Has("jurisdiction")
                            ? reader.Choice("jurisdiction", {"country", "region"}, "country")
                            : "";
  column.minor = reader.Has("minor") ? reader.Choice("minor", {"birth_date", "flag"}, "flag") : "";
  column.consent = reader.Text("consent");
  column.as_of = reader.Text("as_of");
  column.opt_out = reader.Has("opt_out") ? reader.Choice("opt_out", {"sale", "share"}, "sale") : "";
  column.signal = reader.Has("signal") ? reader.Choice("signal", {"gpc"}, "gpc") : "";
  reader.Finish();
  const bool carries_fact =
      !column.consent.empty() || !column.opt_out.empty() || !column.signal.empty();
  if (column.category.empty() && !carries_fact) {
    diagnostics.Error("SIG-3004",
                      column.mark,
                      "column '" + source + "." + column.name + "' has no category",
                      "add `category:` with a key of taxonomy.yaml");
  }
  return column;
}

void ReadSubject(const Node& node, SourceDecl& source, Diagnostics& diagnostics) {
  source.subject_mark = node.mark();
  if (node.is_scalar() && node.text() == "none") {
    source.has_subject = false;
    return;
  }
  MapReader reader(node, "the subject of source '" + source.name + "'", diagnostics);
  source.id_column = reader.Text("id");
  source.id_domain = reader.Text("domain", "customer");
  for (const Node& item : reader.Items("links")) {
    LinkDecl link;
    link.mark = item.mark();
    if (item.is_map()) {
      MapReader detail(item, "a link of source '" + source.name + "'", diagnostics);
      link.column = detail.RequiredText("column");
      link.type = detail.Text("type");
      detail.Finish();
    } else {
      link.column = item.text();
    }
    source.links.push_back(std::move(link));
  }
  reader.Finish();
}

SourceDecl ReadSource(const Node::Entry& entry, Diagnostics& diagnostics) {
  SourceDecl source;
  source.name = entry.key;
  source.mark = entry.key_mark;
  MapReader reader(entry.value, "source '" + entry.key + "'", diagnostics);
  if (const Node* read = reader.Required("read"); read != nullptr && read->is_map()) {
    if (const Node* path = read->Find("path"); path != nullptr && path->is_scalar()) {
      source.path = path->text();
      source.path_mark = path->mark();
    } else {
      diagnostics.Error("SIG-1107", read->mark(), "source '" + entry.key + "' has no `read.path`");
    }
    source.located_read = policies::ToLocatedJson(*read);
    Json options{Json::Object()};
    for (const auto& [key, value] : source.located_read.value.fields()) {
      if (key != "path") options.Set(key, value);
    }
    source.read = std::move(options);
  }
  if (const Node* subject = reader.Required("subject")) ReadSubject(*subject, source, diagnostics);
  source.time = reader.Text("time");
  source.time_mark = reader.ValueMark("time");
  source.aggregate_only =
      reader.Choice("unidentified", {"drop", "aggregate_only"}, "drop") != "drop";
  if (const Node* limits = reader.Optional("quarantine")) {
    MapReader quarantine(*limits, "the quarantine of source '" + entry.key + "'", diagnostics);
    source.quarantine_share_max = quarantine.Double("max_share", source.quarantine_share_max);
    quarantine.Finish();
  }
  source.unique = reader.Texts("unique");
  for (const Node::Entry& column : reader.Entries("columns")) {
    source.columns.push_back(ReadColumn(column, entry.key, diagnostics));
  }
  reader.Finish();
  return source;
}

StepDecl ReadStep(const Node::Entry& entry, Diagnostics& diagnostics) {
  StepDecl step;
  step.id = entry.key;
  step.mark = entry.key_mark;
  MapReader reader(entry.value, "step '" + entry.key + "'", diagnostics);
  step.uses = reader.RequiredText("uses");
  step.uses_mark = reader.ValueMark("uses");
  step.purpose = reader.Text("purpose");
  step.purpose_mark = reader.ValueMark("purpose");
  step.allow_failure = reader.Bool("allow_failure", false);
  for (const Node::Entry& input : reader.Entries("inputs")) {
    step.inputs.push_back({input.key, input.value.text(), input.value.mark()});
  }
  if (reader.Has("from")) {
    step.inputs.push_back({"input", reader.RequiredText("from"), reader.ValueMark("from")});
  }
  step.options = policies::ToLocatedJson(reader.Rest());
  reader.Finish();
  return step;
}

/// Options that hold SQL get the parameters as typed literals.
void SubstituteSqlOptions(PipelineDocument& document) {
  for (StepDecl& step : document.steps) {
    for (const char* key : {"sql", "where"}) {
      if (!step.options.value.Has(key)) continue;
      step.options.value.Set(
          key, SubstituteSql(step.options.value[key].AsString(), document.sql_params));
    }
  }
}

/// "horizon" alone, or "as_of - horizon": parameters by name, where an option is a moment or a
/// duration.
std::string ExpandMoment(std::string text, const std::map<std::string, Json>& params) {
  const auto alone = params.find(text);
  if (alone != params.end()) {
    return text == "as_of" || !alone->second.is_string() ? text : alone->second.AsString();
  }
  if (text.rfind("as_of ", 0) != 0) return text;
  for (const auto& [name, param] : params) {
    const size_t at = text.rfind(name);
    if (at == std::string::npos || at == 0 || !param.is_string()) continue;
    if (at + name.size() == text.size()) text.replace(at, name.size(), param.AsString());
  }
  return text;
}

Json ExpandMoments(const Json& value, const std::map<std::string, Json>& params) {
  if (value.is_string()) return ExpandMoment(value.AsString(), params);
  if (value.is_array()) {
    Json list{Json::Array()};
    for (const Json& item : value.items()) list.Push(ExpandMoments(item, params));
    return list;
  }
  if (!value.is_object()) return value;
  Json object{Json::Object()};
  for (const auto& [key, field] : value.fields()) object.Set(key, ExpandMoments(field, params));
  return object;
}

}  // namespace

const ColumnDecl* SourceDecl::Find(const std::string& column) const {
  for (const ColumnDecl& decl : columns) {
    if (decl.name == column) return &decl;
  }
  return nullptr;
}

std::optional<PipelineDocument> ReadPipeline(const Node& root,
                                             const std::map<std::string, std::string>& given,
                                             Timestamp now,
                                             Diagnostics& diagnostics) {
  MapReader declared(root, "the pipeline", diagnostics);
  const Parameters parameters = ReadParameters(declared, given, now, diagnostics);
  const Node node = Substitute(root, parameters, diagnostics);
  PipelineDocument document;
  document.mark = root.mark();
  document.params = parameters.values;
  document.sql_params = parameters.sql;
  document.as_of = *TimestampFromText(DateText(now));
  if (const auto as_of = parameters.values.find("as_of"); as_of != parameters.values.end()) {
    const Result<Timestamp> moment = TimestampFromText(as_of->second.AsString());
    if (moment.ok()) document.as_of = *moment;
  }
  MapReader reader(node, "the pipeline", diagnostics);
  if (reader.Int("signet", 1) != 1) {
    diagnostics.Error(
        "SIG-1108", reader.ValueMark("signet"), "this Signet reads documents of version 1");
  }
  reader.Know("params");
  document.name = reader.RequiredText("pipeline");
  reader.Text("description");
  document.policies = reader.Texts("policies");
  if (const Node* settings = reader.Optional("settings")) {
    MapReader setting(*settings, "the settings", diagnostics);
    document.partitions = static_cast<int>(setting.Int("partitions", 8, 1, kPartitionsMax));
    document.seed = static_cast<uint64_t>(setting.Int("seed", 1, 0));
    setting.Finish();
  }
  for (const Node::Entry& entry : reader.Entries("sources")) {
    document.sources.push_back(ReadSource(entry, diagnostics));
  }
  for (const Node::Entry& entry : reader.Entries("steps")) {
    document.steps.push_back(ReadStep(entry, diagnostics));
  }
  reader.Finish();
  if (!diagnostics.ok()) return std::nullopt;
  SubstituteSqlOptions(document);
  for (StepDecl& step : document.steps) {
    step.options.value = ExpandMoments(step.options.value, document.params);
  }
  return document;
}

}  // namespace signet::pipelines
