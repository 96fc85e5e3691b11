#include "pipelines/plan/explain_column.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class ExplainColumnTest : public PlanWorld {
 protected:
  Result<Json> Explain(const std::string& text, const std::string& column) {
    PlanRequest request;
    request.file = scratch_.path() / "p.yaml";
    EXPECT_TRUE(WriteFileAtomically(request.file, AsBytes(text)).ok());
    request.now = TimestampFromText("2026-03-04T05:06:07Z").value();
    request.bundles = "policies/bundles";
    request.base = scratch_.path();
    request.find_files = false;
    return ExplainColumn(request, column);
  }

  static Json PurposeOf(const Json& explanation, const std::string& purpose) {
    for (const Json& one : explanation["purposes"].items()) {
      if (one["purpose"].AsString() == purpose) return one;
    }
    return Json();
  }
};

TEST_F(ExplainColumnTest, ASourceColumnTellsRulesPurposesUseAndRecipients) {
  const Result<Json> json = Explain(Whole(), "crm.tier");
  ASSERT_TRUE(json.ok()) << json.status().message();
  EXPECT_EQ((*json)["category"].AsString(), "user.account.settings");
  EXPECT_EQ((*json)["rules"].size(), 2U) << "one of each law";
  EXPECT_NE((*json)["rules"].items()[0]["rule"].AsString().find("ccpa.yaml:"), std::string::npos);
  EXPECT_TRUE(PurposeOf(*json, "marketing.segmentation")["allowed"].AsBool());
  const Json denied = PurposeOf(*json, "marketing.email");
  EXPECT_FALSE(denied["allowed"].AsBool());
  EXPECT_NE(denied["rule"].AsString().find(".yaml:"), std::string::npos);
  EXPECT_FALSE(denied["article"].AsString().empty());
  ASSERT_EQ((*json)["used_by"].size(), 1U);
  EXPECT_EQ((*json)["used_by"].items()[0]["step"].AsString(), "profile");
  ASSERT_EQ((*json)["recipients"].size(), 1U);
  EXPECT_EQ((*json)["recipients"].items()[0]["recipient"].AsString(), "email_platform");
  EXPECT_EQ((*json)["recipients"].items()[0]["how"].AsString(), "through who is in a segment");
}

TEST_F(ExplainColumnTest, ADerivedColumnTellsItsWayBackToTheSource) {
  const std::string text = Steps(
      "  a: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT subject, "
      "tier AS level FROM c WHERE country = 'FI'\"}\n"
      "  b: {uses: sql, purpose: marketing.segmentation, inputs: {a: a}, sql: \"SELECT subject, "
      "upper(level) AS big FROM a\"}\n");
  const Result<Json> json = Explain(text, "b.big");
  ASSERT_TRUE(json.ok()) << json.status().message();
  std::vector<std::string> way;
  way.reserve((*json)["derivation"].size());
  for (const Json& link : (*json)["derivation"].items()) way.push_back(link["column"].AsString());
  const auto has = [&](const char* column) {
    return std::find(way.begin(), way.end(), column) != way.end();
  };
  EXPECT_EQ(way.front(), "b.big");
  EXPECT_TRUE(has("a.level") && has("crm.tier") && has("crm.country"));
  const std::string shown = ExplanationText(*json);
  EXPECT_NE(shown.find("a.level  made by a from crm.tier; rows decided by crm.country"),
            std::string::npos)
      << shown;
}

TEST_F(ExplainColumnTest, ARefusedPipelineIsExplainedToo) {
  const Result<Json> json =
      Explain(Steps("  a: {uses: sql, purpose: personalize.offers, inputs: {c: crm}, sql: "
                    "\"SELECT subject, birth_date FROM c\"}\n"),
              "crm.birth_date");
  ASSERT_TRUE(json.ok()) << json.status().message();
  EXPECT_NE((*json)["refused"].AsString().find("SIG-3003"), std::string::npos);
  EXPECT_FALSE(PurposeOf(*json, "personalize.offers")["allowed"].AsBool());
  EXPECT_NE(ExplanationText(*json).find("the pipeline is refused"), std::string::npos);
}

/// What an officer reads, word for word: of a source's column and of a derived one.
TEST_F(ExplainColumnTest, TheTextIsTheOneThatPeopleKnow) {
  for (const char* column : {"crm.tier", "crm.email", "profile.tier"}) {
    SCOPED_TRACE(column);
    const Result<Json> json = Explain(Whole(), column);
    ASSERT_TRUE(json.ok()) << json.status().message();
    ExpectGolden(std::string("explain_") + column, WithoutPlaces(ExplanationText(*json)));
  }
}

TEST_F(ExplainColumnTest, AnUnknownColumnIsToldWithTheNearest) {
  const Result<Json> json = Explain(Whole(), "crm.tir");
  EXPECT_EQ(json.status().code(), StatusCode::kNotFound);
  EXPECT_NE(json.status().remedy().find("crm.tier"), std::string::npos) << json.status().remedy();
}

}  // namespace
}  // namespace signet::pipelines
