#include "pipelines/plan/open_lineage.h"

#include <map>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

constexpr char kNamespace[] = "signet";
constexpr char kProducer[] = "urn:signet:plan";
constexpr char kEventSchema[] =
    "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
constexpr char kSchemaFacet[] =
    "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
constexpr char kLineageFacet[] =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/"
    "ColumnLineageDatasetFacet";
constexpr char kLabelFacet[] =
    "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
    "DatasetFacet";

Json Facet(const char* schema) {
  return Json::Of({{"_producer", kProducer}, {"_schemaURL", schema}});
}

std::string NameOf(const Plan& plan, const std::string& dataset) {
  return plan.pipeline + "." + dataset;
}

/// One field that flows into a column.
Json InputField(const Plan& plan,
                const std::string& source,
                const char* type,
                const char* subtype,
                bool masking) {
  const size_t dot = source.find('.');
  Json transformation =
      Json::Of({{"type", type}, {"subtype", subtype}, {"description", ""}, {"masking", masking}});
  return Json::Of({{"namespace", kNamespace},
                   {"name", NameOf(plan, source.substr(0, dot))},
                   {"field", source.substr(dot + 1)},
                   {"transformations", Json::List({std::move(transformation)})}});
}

/// What the gate does to a value hides it, unless it keeps it.
bool IsMasked(const Json& column) {
  for (const Json& rule : column["rules"].items()) {
    if (rule["treatment"].AsString() != "keep") return true;
  }
  return false;
}

Json FieldsOf(const Plan& plan, const Json& dataset) {
  Json fields{Json::Object{}};
  const bool governed = dataset["kind"].AsString() == "governed";
  for (const Json& column : dataset["columns"].items()) {
    Json inputs{Json::Array()};
    if (governed) {
      // A governed column comes from the source's column of the same name, treated.
      for (const Json& origin : column["label"]["origins"].items()) {
        const std::string& raw = origin.AsString();
        const size_t dot = raw.find('.');
        inputs.Push(InputField(plan,
                               raw.substr(0, dot) + "#source" + raw.substr(dot),
                               "DIRECT",
                               IsMasked(column) ? "TRANSFORMATION" : "IDENTITY",
                               IsMasked(column)));
      }
    }
    for (const Json& source : column["from"].items()) {
      inputs.Push(
          InputField(plan, source.AsString(), "DIRECT", "TRANSFORMATION", /*masking=*/false));
    }
    for (const Json& source : column["indirect"].items()) {
      inputs.Push(InputField(plan, source.AsString(), "INDIRECT", "FILTER", /*masking=*/false));
    }
    fields.Set(column["name"].AsString(), Json::Of({{"inputFields", std::move(inputs)}}));
  }
  return fields;
}

Json OutputOf(const Plan& plan, const std::string& digest, const Json& dataset) {
  Json names{Json::Array()};
  Json labels{Json::Object{}};
  for (const Json& column : dataset["columns"].items()) {
    names.Push(Json::Of({{"name", column["name"]}, {"type", column["type"]}}));
    labels.Set(column["name"].AsString(), column["label"]);
  }
  Json schema = Facet(kSchemaFacet);
  schema.Set("fields", std::move(names));
  Json lineage = Facet(kLineageFacet);
  lineage.Set("fields", FieldsOf(plan, dataset));
  Json label = Facet(kLabelFacet);
  label.Set("columns", std::move(labels));
  label.Set("planDigest", digest);
  return Json::Of({{"namespace", kNamespace},
                   {"name", NameOf(plan, dataset["dataset"].AsString())},
                   {"facets",
                    Json::Of({{"schema", std::move(schema)},
                              {"columnLineage", std::move(lineage)},
                              {"signet_label", std::move(label)}})}});
}

}  // namespace

Json OpenLineageEvents(const Plan& plan, Timestamp at) {
  std::map<std::string, std::vector<const Json*>> written;
  for (const Json& dataset : plan.derivation.items()) {
    written[dataset["step"].AsString()].push_back(&dataset);
  }
  const std::string digest = plan.Digest();
  Json events{Json::Array()};
  for (const PlannedStep& step : plan.steps) {
    const auto found = written.find(step.id);
    if (found == written.end()) continue;
    Json inputs{Json::Array()};
    for (const PlannedInput& input : step.inputs) {
      inputs.Push(Json::Of({{"namespace", kNamespace}, {"name", NameOf(plan, input.dataset)}}));
    }
    Json outputs{Json::Array()};
    for (const Json* dataset : found->second) outputs.Push(OutputOf(plan, digest, *dataset));
    events.Push(Json::Of(
        {{"eventTime", TimestampText(at)},
         {"producer", kProducer},
         {"schemaURL", kEventSchema},
         {"job", Json::Of({{"namespace", kNamespace}, {"name", plan.pipeline + "." + step.id}})},
         {"inputs", std::move(inputs)},
         {"outputs", std::move(outputs)}}));
  }
  return events;
}

}  // namespace signet::pipelines
