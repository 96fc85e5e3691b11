#include "pipelines/plan/pipeline_document.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipelines/plan/parameters.h"
#include "pipelines/plan/sampled_clusters.h"
#include "pipelines/plan/step_expansion.h"
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
  diagnostics.Error("SIG-1208",
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
  column.required = reader.Bool("required", /*fallback=*/false);
  column.jurisdiction = reader.Has("jurisdiction")
                            ? reader.Choice("jurisdiction", {"country", "region"}, "country")
                            : "";
  column.minor = reader.Has("minor") ? reader.Choice("minor", {"birth_date", "flag"}, "flag") : "";
  column.consent = reader.Text("consent");
  column.as_of = reader.Text("as_of");
  column.opt_out = reader.Has("opt_out") ? reader.Choice("opt_out", {"sale", "share"}, "sale") : "";
  column.signal = reader.Has("signal") ? reader.Choice("signal", {"gpc"}, "gpc") : "";
  column.proxy_for = reader.Texts("proxy_for");
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
  source.id_domain = reader.Text("domain", source.id_domain);
  for (const Node& item : reader.Items("links")) {
    LinkDecl link;
    link.mark = item.mark();
    if (item.is_map()) {
      MapReader detail(item, "a link of source '" + source.name + "'", diagnostics);
      link.column = detail.RequiredText("column");
      link.type = detail.Text("type");
      link.domain = detail.Text("domain");
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
      diagnostics.Error("SIG-1205", read->mark(), "source '" + entry.key + "' has no `read.path`");
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

/// DATASET, or MODEL@approved.
InputDecl InputFrom(std::string view, const std::string& text, const policies::Mark& mark) {
  constexpr std::string_view kApproved = "@approved";
  InputDecl input{std::move(view), text, mark, false};
  if (text.size() > kApproved.size() && text.ends_with(kApproved)) {
    input.dataset.resize(text.size() - kApproved.size());
    input.approved = true;
  }
  return input;
}

StepDecl ReadStep(const Node::Entry& entry, Diagnostics& diagnostics) {
  StepDecl step;
  step.id = entry.key;
  step.told_id = entry.key;
  step.mark = entry.key_mark;
  MapReader reader(entry.value, "step '" + entry.key + "'", diagnostics);
  step.uses = reader.RequiredText("uses");
  step.told_uses = step.uses;
  step.uses_mark = reader.ValueMark("uses");
  step.purpose = reader.Text("purpose");
  step.purpose_mark = reader.ValueMark("purpose");
  step.allow_failure = reader.Bool("allow_failure", /*fallback=*/false);
  step.run = ReadStepRunOptions(reader, diagnostics);
  for (const Node::Entry& input : reader.Entries("inputs")) {
    step.inputs.push_back(InputFrom(input.key, input.value.text(), input.value.mark()));
  }
  if (reader.Has("from")) {
    step.inputs.push_back(
        InputFrom("input", reader.RequiredText("from"), reader.ValueMark("from")));
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

using Moments = std::map<std::string, std::string>;

/// "horizon" alone, or "as_of - horizon": parameters of type date or duration by their names.
std::string ExpandMoment(const std::string& text, const Moments& moments) {
  constexpr std::string_view kAsOf = "as_of";
  if (text == kAsOf) return text;
  if (const auto alone = moments.find(text); alone != moments.end()) return alone->second;
  if (text.rfind(kAsOf, 0) != 0) return text;
  const size_t sign = text.find_first_not_of(' ', kAsOf.size());
  if (sign == std::string::npos || (text[sign] != '-' && text[sign] != '+')) return text;
  const size_t name = text.find_first_not_of(' ', sign + 1);
  if (name == std::string::npos) return text;
  const auto found = moments.find(text.substr(name));
  return found == moments.end() ? text : text.substr(0, name) + found->second;
}

Json ExpandMoments(const Json& value, const Moments& moments) {
  if (value.is_string()) return ExpandMoment(value.AsString(), moments);
  if (value.is_array()) {
    Json list{Json::Array()};
    for (const Json& item : value.items()) list.Push(ExpandMoments(item, moments));
    return list;
  }
  if (!value.is_object()) return value;
  Json object{Json::Object()};
  for (const auto& [key, field] : value.fields()) object.Set(key, ExpandMoments(field, moments));
  return object;
}

/// SIG-1213 unless `name` is a letter, then letters, digits, '_', '-' and '.'. Names are parts of
/// the state's own keys, where '@' and '/' have a meaning.
void CheckName(const std::string& name, const policies::Mark& mark, Diagnostics& diagnostics) {
  constexpr size_t kNameMax = 64;
  const bool letter = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (letter && plain && name.size() <= kNameMax) return;
  diagnostics.Error("SIG-1213", mark, "'" + name.substr(0, kNameMax) + "' is not a valid name");
}

void CheckNames(const PipelineDocument& document,
                const policies::Mark& name_mark,
                Diagnostics& diagnostics) {
  if (!document.name.empty()) CheckName(document.name, name_mark, diagnostics);
  for (const SourceDecl& source : document.sources) {
    CheckName(source.name, source.mark, diagnostics);
  }
  std::set<std::string> taken;  // steps that were written out may meet others
  for (const StepDecl& step : document.steps) {
    CheckName(step.id, step.mark, diagnostics);
    if (taken.insert(step.id).second) continue;
    diagnostics.Error("SIG-3019", step.mark, "the name '" + step.id + "' is taken");
  }
}

/// The run's point in time: the parameter as_of, else the day of `now`.
Timestamp AsOf(MapReader& declared,
               const Parameters& parameters,
               Timestamp now,
               Diagnostics& diagnostics) {
  const Timestamp today = *TimestampFromText(DateText(now));
  const auto as_of = parameters.values.find("as_of");
  if (as_of == parameters.values.end()) return today;
  const Result<Timestamp> moment = TimestampFromText(as_of->second.AsString());
  if (moment.ok()) return *moment;
  if (diagnostics.ok()) {  // else its own type was told to be wrong already
    diagnostics.Error("SIG-3015",
                      declared.MarkOf("params"),
                      "parameter 'as_of' is the run's point in time: it must be a date",
                      "declare it as `as_of: {type: date, default: today}`");
  }
  return today;
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
  const Node written = ExpandForeach(root, parameters, diagnostics);
  const Node node = ExpandFragments(Substitute(written, parameters, diagnostics), now, diagnostics);
  PipelineDocument document;
  document.mark = root.mark();
  document.params = parameters.values;
  document.sql_params = parameters.sql;
  document.as_of = AsOf(declared, parameters, now, diagnostics);
  MapReader reader(node, "the pipeline", diagnostics);
  const Node* version = reader.Required("signet");
  if (version != nullptr && version->AsInt() != int64_t{1}) {
    diagnostics.Error("SIG-1212", version->mark(), "this Signet reads documents of version 1");
  }
  reader.Know("params");
  document.name = reader.RequiredText("pipeline");
  reader.Text("description");
  document.policies = reader.Texts("policies");
  if (const Node* names = reader.Optional("policies")) {
    for (const Node& name : names->items()) document.policy_marks.push_back(name.mark());
    if (names->is_scalar()) document.policy_marks.push_back(names->mark());
  }
  if (const Node* settings = reader.Optional("settings")) {
    MapReader setting(*settings, "the settings", diagnostics);
    document.partitions = static_cast<int>(setting.Int("partitions", 8, 1, kPartitionsMax));
    document.seed = static_cast<uint64_t>(setting.Int("seed", 1, 0));
    document.run = ReadPipelineRunOptions(setting, diagnostics);
    setting.Finish();
  }
  document.run.schedule = ReadScheduleOptions(reader, diagnostics);
  document.run.notify = ReadNotifyOptions(reader, diagnostics);
  for (const Node::Entry& entry : reader.Entries("sources")) {
    document.sources.push_back(ReadSource(entry, diagnostics));
  }
  for (const Node::Entry& entry : reader.Entries("steps")) {
    document.steps.push_back(ReadStep(entry, diagnostics));
  }
  reader.Finish();
  document.steps = WithSampledClusters(std::move(document.steps));
  for (const StepDecl& step : document.steps) {
    CheckPool(step.run, document.run, step.mark, diagnostics);
  }
  CheckNames(document, reader.ValueMark("pipeline"), diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  SubstituteSqlOptions(document);
  for (StepDecl& step : document.steps) {
    step.options.value = ExpandMoments(step.options.value, parameters.moments);
  }
  return document;
}

}  // namespace signet::pipelines
