// The JSON Schema and the reference page of pipelines, from the operator catalog.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/catalog/operator.h"
#include "pipelines/plan/planner.h"
#include "policies/document/json_schema.h"

namespace signet::pipelines {
namespace {

using policies::SchemaField;

Json OptionSchema(const OptionDoc& option) {
  if (option.type == "integer") return policies::SchemaInteger(option.text);
  if (option.type == "number") return policies::SchemaNumber(option.text);
  if (option.type == "boolean") return policies::SchemaBool(option.text);
  if (option.type.rfind("list of", 0) == 0 || option.type.rfind("map", 0) == 0) {
    return Json::Of({{"description", option.text}});
  }
  return policies::SchemaText(option.text);
}

/// Nested options ("label.window") become open objects; their first part is the key.
std::vector<SchemaField> StepFields(const OperatorSignature& signature) {
  std::vector<SchemaField> fields = {
      {"uses", Json::Of({{"const", signature.name}}), true},
      {"purpose", policies::SchemaText("The purpose, as a policy declares it."), true},
      {"inputs",
       policies::SchemaMapOf(policies::SchemaText("A source or step."), "View name to dataset."),
       false},
      {"from", policies::SchemaText("Short for inputs: {input: DATASET}."), false},
      {"allow_failure", policies::SchemaBool("A failure of this step is only a warning."), false}};
  for (SchemaField& field : StepRunFields()) fields.push_back(std::move(field));
  fields.push_back({"foreach",
                    policies::SchemaMapOf(policies::SchemaTexts("The values."),
                                          "One step for each value, in which ${each.NAME} is it."),
                    false});
  std::map<std::string, Json> options;
  for (const OptionDoc& option : signature.options) {
    const size_t dot = option.name.find('.');
    if (dot == std::string::npos) {
      options[option.name] = OptionSchema(option);
    } else {
      options.emplace(option.name.substr(0, dot),
                      Json::Of({{"description", "See the reference."}}));
    }
  }
  for (const auto& [name, schema] : options) fields.push_back({name, schema, false});
  return fields;
}

/// `uses: pipeline`: the steps of a fragment.
Json FragmentStepSchema() {
  return policies::SchemaObject(
      {{"uses", Json::Of({{"const", "pipeline"}}), true},
       {"file", policies::SchemaText("The fragment, relative to this document."), true},
       {"inputs",
        policies::SchemaMapOf(policies::SchemaText("A source or step."),
                              "By the fragment's names."),
        false},
       {"params",
        policies::SchemaMapOf(policies::SchemaText("The value."), "The fragment's parameters."),
        false}},
      "The steps of another document (a fragment), as STEP.LOCAL.");
}

Json ColumnSchema() {
  return policies::SchemaObject(
      {{"category",
        policies::SchemaText("A key of taxonomy.yaml, such as user.contact.email."),
        false},
       {"type",
        policies::SchemaChoice({"text", "bool", "int", "double", "decimal", "date", "timestamp"},
                               "How the text is read."),
        false},
       {"required", policies::SchemaBool("A row without it is quarantined."), false},
       {"jurisdiction",
        policies::SchemaChoice({"country", "region"}, "Tells the jurisdiction."),
        false},
       {"minor",
        policies::SchemaChoice({"birth_date", "flag"}, "Tells whether the subject is a minor."),
        false},
       {"consent", policies::SchemaText("The purpose whose consent it carries."), false},
       {"as_of", policies::SchemaText("The column with the consent's time."), false},
       {"opt_out", policies::SchemaChoice({"sale", "share"}, "An opt-out."), false},
       {"signal", policies::SchemaChoice({"gpc"}, "A signal of the browser."), false},
       {"proxy_for",
        policies::SchemaTexts("Special categories that the column may stand for."),
        false}},
      "A column: what it is, and what it tells about the person.");
}

Json SubjectSchema() {
  const Json link = policies::SchemaObject(
      {{"column", policies::SchemaText("The column."), true},
       {"type",
        policies::SchemaChoice({"id", "email", "phone", "card", "cookie", "device"},
                               "What identifies; else the category says it."),
        false},
       {"domain", policies::SchemaText("Type id: whose numbers they are."), false}},
      "A link with its type.");
  const Json links = Json::Of(
      {{"type", "array"},
       {"items", policies::SchemaAnyOf({policies::SchemaText("A column."), link}, "A link.")}});
  const Json subject = policies::SchemaObject(
      {{"id", policies::SchemaText("The column with the source's own number of a person."), false},
       {"domain",
        policies::SchemaText(
            "Whose numbers the ids are (default: customer). Sources of one "
            "domain share persons by id; equal ids of two domains are not linked."),
        false},
       {"links", links, false}},
      "How the person is identified.");
  return policies::SchemaAnyOf({Json::Of({{"const", "none"}}), subject},
                               "none (reference data), or what identifies the person.");
}

Json SourceSchema() {
  const Json read = policies::SchemaObject(
      {{"format", policies::SchemaChoice({"csv", "jsonl", "parquet"}, "The file format."), false},
       {"path", policies::SchemaText("A path or glob; ${param} stands for a parameter."), true}},
      "How the files are read.",
      /*open=*/true);
  return policies::SchemaObject(
      {{"read", read, true},
       {"subject", SubjectSchema(), true},
       {"time",
        policies::SchemaText("The column with the row's time; cut-offs filter on it."),
        false},
       {"unidentified",
        policies::SchemaChoice({"drop", "aggregate_only"}, "Rows without identifier."),
        false},
       {"quarantine", Json::Of({{"description", "{max_share: 0.05}"}}), false},
       {"unique", policies::SchemaTexts("Rows equal in these columns are one row."), false},
       {"columns", policies::SchemaMapOf(ColumnSchema(), "Every column that is read."), true}},
      "A source.");
}

}  // namespace

Json PipelineSchema() {
  std::vector<Json> steps;
  for (const Operator* op : AllOperators()) {
    const OperatorSignature& signature = op->signature();
    if (signature.in_documents) {
      steps.push_back(policies::SchemaObject(StepFields(signature), signature.summary));
    }
  }
  steps.push_back(FragmentStepSchema());
  const Json parameter = policies::SchemaObject(
      {{"type",
        policies::SchemaChoice({"text", "path", "int", "number", "bool", "date", "duration"},
                               "The parameter's type."),
        false},
       {"default", Json::Of({{"description", "`today` for dates."}}), false},
       {"description", policies::SchemaText("For people."), false}},
      "A parameter.");
  std::vector<SchemaField> setting_fields = {
      {"partitions", policies::SchemaInteger("Partitions of the subjects."), false},
      {"seed", policies::SchemaInteger("Seed of everything random."), false}};
  for (SchemaField& field : PipelineRunFields()) setting_fields.push_back(std::move(field));
  const Json settings = policies::SchemaObject(setting_fields, "Settings.");
  std::vector<SchemaField> fields = {
      {"signet", Json::Of({{"const", 1}}), true},
      {"pipeline", policies::SchemaText("The pipeline's name."), true},
      {"description", policies::SchemaText("For people."), false},
      {"policies", policies::SchemaTexts("Policies by bundle name or path."), true},
      {"settings", settings, false},
      {"params", policies::SchemaMapOf(parameter, "Typed parameters."), false},
      {"sources", policies::SchemaMapOf(SourceSchema(), "What is read."), true},
      {"steps",
       policies::SchemaMapOf(policies::SchemaAnyOf(std::move(steps), "A step."), "The DAG."),
       true}};
  for (SchemaField& field : ScheduleFields()) fields.push_back(std::move(field));
  const Json root = policies::SchemaObject(fields, "A Signet pipeline.");
  return policies::SchemaDocument("pipeline", "Signet pipeline", root);
}

std::string PipelineReference() {
  std::string page =
      "# Operators\n\nGenerated from the operator catalog by `signet schema reference`.\n";
  for (const Operator* op : AllOperators()) {
    const OperatorSignature& signature = op->signature();
    if (!signature.in_documents) continue;
    page += "\n## " + signature.name + "\n\n" + signature.summary + "\n\nReads: ";
    for (size_t i = 0; i < signature.accepts.size(); ++i) {
      page += (i == 0 ? "" : ", ") + std::string(DatasetKindName(signature.accepts[i]));
    }
    page += ". Writes: " + std::string(DatasetKindName(signature.produces)) +
            ".\n\n| option | type | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const OptionDoc& option : signature.options) {
      std::string type = option.type;
      for (size_t at = 0; (at = type.find('|', at)) != std::string::npos; at += 2) {
        type.insert(at, "\\");
      }
      page += "| `" + option.name + "` | " + type + " | " + option.unit + " | " +
              option.default_text + " | " + option.text + " |\n";
    }
  }
  return page;
}

}  // namespace signet::pipelines
