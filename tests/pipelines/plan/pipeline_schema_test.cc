#include <string>

#include <gtest/gtest.h>

#include "pipelines/catalog/operator.h"
#include "pipelines/plan/planner.h"

namespace signet::pipelines {
namespace {

/// The schema's step for operator `name`, or null.
const Json* StepOf(const Json& node, const std::string& name) {
  if (node.is_object()) {
    const Json& uses = node["properties"]["uses"];
    if (uses["const"].AsString() == name) return &node;
    for (const auto& [key, value] : node.fields()) {
      if (const Json* found = StepOf(value, name)) return found;
    }
  }
  for (const Json& item : node.items()) {
    if (const Json* found = StepOf(item, name)) return found;
  }
  return nullptr;
}

TEST(PipelineSchema, IsJsonOfDraftSeven) {
  const Json schema = PipelineSchema();
  EXPECT_NE(schema["$schema"].AsString().find("draft-07"), std::string::npos);
  const Result<Json> again = Json::Parse(schema.Pretty());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(*again == schema);
}

TEST(PipelineSchema, NamesEveryOperatorAndOption) {
  const Json schema = PipelineSchema();
  for (const Operator* op : AllOperators()) {
    const OperatorSignature& signature = op->signature();
    const Json* step = StepOf(schema, signature.name);
    if (!signature.in_documents) {
      EXPECT_EQ(step, nullptr) << signature.name;
      continue;
    }
    ASSERT_NE(step, nullptr) << signature.name;
    for (const OptionDoc& option : signature.options) {
      const std::string key = option.name.substr(0, option.name.find('.'));
      EXPECT_TRUE((*step)["properties"].Has(key)) << signature.name << "." << key;
    }
  }
}

TEST(PipelineReference, DescribesEveryOperatorAndOption) {
  const std::string page = PipelineReference();
  for (const Operator* op : AllOperators()) {
    const OperatorSignature& signature = op->signature();
    const bool there = page.find("\n## " + signature.name + "\n") != std::string::npos;
    EXPECT_EQ(there, signature.in_documents) << signature.name;
    if (!signature.in_documents) continue;
    for (const OptionDoc& option : signature.options) {
      EXPECT_NE(page.find("| `" + option.name + "` |"), std::string::npos) << option.name;
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
