/// Builders for JSON Schema (draft-07) of the documents users write: `signet schema ...`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/json.h"

namespace signet::policies {

/// {"type": "string", "description": ...}
Json SchemaText(std::string description);
Json SchemaBool(std::string description);
Json SchemaInteger(std::string description);
Json SchemaNumber(std::string description);
/// Text of the form 90d, 12h, 15m, 30s, 2w.
Json SchemaDuration(std::string description);
Json SchemaChoice(const std::vector<std::string>& choices, std::string description);
Json SchemaList(Json items, std::string description);
/// One text or a list of texts.
Json SchemaTexts(std::string description);
/// A map from any key to `values`.
Json SchemaMapOf(Json values, std::string description);
/// {"anyOf": [...]}
Json SchemaAnyOf(std::vector<Json> forms, std::string description);

struct SchemaField {
  std::string key;
  Json schema;
  bool required = false;
};
/// A map with exactly these keys (`additionalProperties` false unless `open`).
Json SchemaObject(const std::vector<SchemaField>& fields,
                  std::string description,
                  bool open = false);
/// Adds "$schema", "$id" (urn:signet:schema:NAME) and the title: a whole document.
Json SchemaDocument(const std::string& name, std::string title, Json root);

}  // namespace signet::policies
