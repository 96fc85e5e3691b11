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
std::string Misfit(const Json& schema, const Json& value, const std::string& at) {
  if (schema.Has("const") && schema["const"] != value) return at + ": const";
  if (schema["type"].is_string() && !HasType(value, schema["type"].AsString())) {
    return at + ": type";
  }
  if (schema["type"].is_array()) {
    bool any = false;
    for (const Json& type : schema["type"].items()) any = any || HasType(value, type.AsString());
    if (!any) return at + ": type";
  }
  if (schema.Has("enum")) {
    bool any = false;
    for (const Json& choice : schema["enum"].items()) any = any || choice == value;
    if (!any) return at + ": enum";
  }
  if (schema.Has("pattern") &&
      !std::regex_search(value.AsString(), std::regex(schema["pattern"].AsString()))) {
    return at + ": pattern";
  }
  if (schema.Has("anyOf")) {
    bool any = false;
    for (const Json& form : schema["anyOf"].items()) any = any || Misfit(form, value, at).empty();
    if (!any) return at + ": anyOf";
  }
  for (const Json& key : schema["required"].items()) {
    if (!value.Has(key.AsString())) return at + ": lacks " + key.AsString();
  }
  for (const auto& field : value.fields()) {
    const std::string inner = at + "/" + field.first;
    std::string misfit;
    if (schema["properties"].Has(field.first)) {
      misfit = Misfit(schema["properties"][field.first], field.second, inner);
    } else if (schema["additionalProperties"].is_object()) {
      misfit = Misfit(schema["additionalProperties"], field.second, inner);
    } else if (schema["additionalProperties"].is_bool()) {
      misfit = schema["additionalProperties"].AsBool() ? "" : inner + ": unknown";
    }
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
