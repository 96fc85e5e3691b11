#include "policies/document/json_schema.h"

#include <string>
#include <utility>
#include <vector>

namespace signet::policies {
namespace {

Json Typed(const char* type, std::string description) {
  return Json::Of({{"type", type}, {"description", std::move(description)}});
}

}  // namespace

Json SchemaText(std::string description) {
  // A plain 42 or true is text where text is asked for, so editors must accept it.
  return Json::Of({{"type", Json::List({"string", "number", "boolean"})},
                   {"description", std::move(description)}});
}

Json SchemaBool(std::string description) {
  return Typed("boolean", std::move(description));
}
Json SchemaInteger(std::string description) {
  return Typed("integer", std::move(description));
}
Json SchemaNumber(std::string description) {
  return Typed("number", std::move(description));
}

Json SchemaDuration(std::string description) {
  Json schema = Typed("string", std::move(description));
  schema.Set("pattern", "^[0-9]+[smhdw]$");
  return schema;
}

Json SchemaChoice(const std::vector<std::string>& choices, std::string description) {
  return Json::Of({{"enum", Json::Strings(choices)}, {"description", std::move(description)}});
}

Json SchemaList(Json items, std::string description) {
  Json schema = Typed("array", std::move(description));
  schema.Set("items", std::move(items));
  return schema;
}

Json SchemaTexts(std::string description) {
  return SchemaAnyOf({SchemaText("one"), SchemaList(SchemaText("one of several"), "several")},
                     std::move(description));
}

Json SchemaMapOf(Json values, std::string description) {
  Json schema = Typed("object", std::move(description));
  schema.Set("additionalProperties", std::move(values));
  return schema;
}

Json SchemaAnyOf(std::vector<Json> forms, std::string description) {
  return Json::Of({{"anyOf", Json(std::move(forms))}, {"description", std::move(description)}});
}

Json SchemaObject(const std::vector<SchemaField>& fields, std::string description, bool open) {
  Json schema = Typed("object", std::move(description));
  Json properties{Json::Object{}};
  Json required{Json::Array{}};
  for (const SchemaField& field : fields) {
    properties.Set(field.key, field.schema);
    if (field.required) required.Push(field.key);
  }
  schema.Set("properties", std::move(properties));
  if (required.size() > 0) schema.Set("required", std::move(required));
  schema.Set("additionalProperties", open);
  return schema;
}

Json SchemaDocument(const std::string& name, std::string title, Json root) {
  root.Set("$schema", "http://json-schema.org/draft-07/schema#");
  root.Set("$id", "urn:signet:schema:" + name);
  root.Set("title", std::move(title));
  return root;
}

}  // namespace signet::policies
