#include <algorithm>
#include <regex>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"
#include "policies/document/located_json.h"
#include "policies/document/reader.h"

namespace signet::policies {
namespace {

bool HasType(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

// The part of JSON Schema draft-07 that our schemas use. Returns where the value does not fit.
std::string Misfit(const Json& schema, const Json& value, const std::string& at);

bool HasTypeOf(const Json& schema, const Json& value) {
  if (schema["type"].is_string()) return HasType(value, schema["type"].AsString());
  const auto& types = schema["type"].items();
  return types.empty() || std::any_of(types.begin(), types.end(), [&](const Json& type) {
           return HasType(value, type.AsString());
         });
}

bool IsOneOf(const Json& choices, const Json& value) {
  const auto& items = choices.items();
  return std::find(items.begin(), items.end(), value) != items.end();
}

bool FitsOneOf(const Json& forms, const Json& value, const std::string& at) {
  const auto& items = forms.items();
  return std::any_of(items.begin(), items.end(), [&](const Json& form) {
    return Misfit(form, value, at).empty();
  });
}

std::string FieldMisfit(const Json& schema,
                        const std::string& name,
                        const Json& value,
                        const std::string& at) {
  if (schema["properties"].Has(name)) return Misfit(schema["properties"][name], value, at);
  const Json& others = schema["additionalProperties"];
  if (others.is_object()) return Misfit(others, value, at);
  return others.is_bool() && !others.AsBool() ? at + ": unknown" : "";
}

std::string Misfit(const Json& schema, const Json& value, const std::string& at) {
  if (schema.Has("const") && schema["const"] != value) return at + ": const";
  if (!HasTypeOf(schema, value)) return at + ": type";
  if (schema.Has("enum") && !IsOneOf(schema["enum"], value)) return at + ": enum";
  if (schema.Has("pattern") &&
      !std::regex_search(value.AsString(), std::regex(schema["pattern"].AsString()))) {
    return at + ": pattern";
  }
  if (schema.Has("anyOf") && !FitsOneOf(schema["anyOf"], value, at)) return at + ": anyOf";
  for (const Json& key : schema["required"].items()) {
    if (!value.Has(key.AsString())) return at + ": lacks " + key.AsString();
  }
  for (const auto& field : value.fields()) {
    std::string inner = at;
    inner.append("/").append(field.first);
    std::string misfit = FieldMisfit(schema, field.first, field.second, inner);
    if (!misfit.empty()) return misfit;
  }
  for (const Json& item : value.items()) {
    if (!schema.Has("items")) break;
    if (std::string misfit = Misfit(schema["items"], item, at + "[]"); !misfit.empty()) {
      return misfit;
    }
  }
  return {};
}

TEST(PolicySchema, AcceptsTheBundles) {
  for (const char* file : {"policies/bundles/gdpr.yaml", "policies/bundles/ccpa.yaml"}) {
    const Result<Node> document = ReadDocument(file);
    ASSERT_TRUE(document.ok());
    EXPECT_EQ(Misfit(PolicySchema(), ToJson(*document), ""), "") << file;
  }
}

TEST(PolicySchema, RefusesWhatTheCompilerRefuses) {
  const Json good = ToJson(*ReadDocument("policies/bundles/gdpr.yaml"));
  const Json schema = PolicySchema();
  Json changed = good;
  changed.Set("retentoin", 1);
  EXPECT_EQ(Misfit(schema, changed, ""), "/retentoin: unknown");
  changed = good;
  changed.Field("categories").Field("user").Set("treatment", "hide");
  EXPECT_EQ(Misfit(schema, changed, ""), "/categories/user/treatment: anyOf");
  changed = good;
  changed.Field("purposes").Field("analytics.churn").Set("consent", "maybe");
  EXPECT_EQ(Misfit(schema, changed, ""), "/purposes/analytics.churn/consent: enum");
  changed = good;
  changed.Field("retention").Set("governed", "3 years");
  EXPECT_EQ(Misfit(schema, changed, ""), "/retention/governed: pattern");
}

}  // namespace
}  // namespace signet::policies
