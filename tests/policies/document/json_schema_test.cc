#include "policies/document/json_schema.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(JsonSchema, DescribesAMapWithRequiredKeys) {
  const Json schema = SchemaDocument(
      "thing",
      "A thing",
      SchemaObject({{"name", SchemaText("Its name"), true}, {"age", SchemaDuration("Age")}}, "x"));
  EXPECT_EQ(schema["$schema"].AsString(), "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["required"].Dump(), R"(["name"])");
  EXPECT_FALSE(schema["additionalProperties"].AsBool(true));
  EXPECT_EQ(schema["properties"]["age"]["pattern"].AsString(), "^[0-9]+[smhdw]$");
}

}  // namespace
}  // namespace signet::policies
