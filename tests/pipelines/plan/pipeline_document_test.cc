#include "pipelines/plan/pipeline_document.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using PipelineDocumentTest = PlanWorld;

TEST_F(PipelineDocumentTest, AColumnWithoutCategoryIsRefused) {
  ExpectOneError("SIG-3004",
                 "sig_3004",
                 Replaced(kSources, "tier: {category: user.account.settings}", "tier: {}"));
}

TEST_F(PipelineDocumentTest, AColumnThatOnlyCarriesAFactNeedsNoCategory) {
  EXPECT_NE(MustPlan(kSources).Find("gate.crm"), nullptr);
}

TEST_F(PipelineDocumentTest, AnUnknownColumnTypeIsRefused) {
  ExpectOneError("SIG-1208", "sig_1208_type", Replaced(kSources, "type: decimal", "type: money"));
}

TEST_F(PipelineDocumentTest, AnUnknownKeyIsToldWithTheNearest) {
  ExpectOneError(
      "SIG-1204", "sig_1204", Replaced(kSources, "    time: ordered_at", "    tme: ordered_at"));
}

TEST_F(PipelineDocumentTest, ASourceWithoutPathIsRefused) {
  ExpectOneError("SIG-1205",
                 "sig_1205_path",
                 Replaced(kSources, "{format: csv, path: \"${data}/shops.csv\"}", "{format: csv}"));
}

TEST_F(PipelineDocumentTest, ANewerDocumentVersionIsRefused) {
  ExpectOneError("SIG-1212", "sig_1212_version", Replaced(kSources, "signet: 1", "signet: 2"));
}

TEST_F(PipelineDocumentTest, ADocumentNamesItsVersion) {
  ExpectOneError("SIG-1205", "sig_1205_version", Replaced(kSources, "signet: 1\n", ""));
}

/// "@state" is who owns identities and keyring; a pipeline of that name would drop them.
TEST_F(PipelineDocumentTest, NamesAreNoPartsOfTheStatesOwnKeys) {
  ExpectOneError(
      "SIG-1213", "sig_1213", Replaced(kSources, "pipeline: small", "pipeline: '@state'"));
  for (const char* name : {"a/b", "@identity", "", "1st"}) {
    const std::string step = "  \"" + std::string(name) +
                             "\": {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: "
                             "SELECT subject FROM o}\n";
    EXPECT_NE(Refusal(Steps(step)).find("SIG-1213"), std::string::npos) << name;
  }
}

TEST_F(PipelineDocumentTest, SettingsHaveLimits) {
  const std::string text = Refusal(Replaced(kSources, "partitions: 4", "partitions: 0"));
  EXPECT_NE(text.find("partitions"), std::string::npos);
  EXPECT_NE(text.find("p.yaml:4:"), std::string::npos) << text;
  EXPECT_EQ(MustPlan(kSources).partitions, 4);
}

TEST_F(PipelineDocumentTest, SeveralErrorsAreToldAtOnce) {
  const std::string text = Refusal(Replaced(
      Replaced(kSources, "type: decimal", "type: money"), "    time: ordered_at", "    tme: x"));
  EXPECT_NE(text.find("SIG-1208"), std::string::npos);
  EXPECT_NE(text.find("SIG-1204"), std::string::npos);
}

TEST_F(PipelineDocumentTest, FromIsShortForOneInput) {
  const Plan plan = MustPlan(Whole());
  ASSERT_NE(plan.Find("gold"), nullptr);
  EXPECT_EQ(At(plan, "gold").inputs.at(0).name, "input");
  EXPECT_EQ(At(plan, "gold").inputs.at(0).dataset, "profile");
}

TEST_F(PipelineDocumentTest, MomentsNameParametersAloneOrAfterAsOf) {
  const Plan plan = MustPlan(Whole(), {{"horizon", "30d"}});
  EXPECT_EQ(At(plan, "history").options["cutoff"].AsString(), "as_of - 30d");
  EXPECT_EQ(At(plan, "churn").options["label"]["window"].AsString(), "30d");
}

TEST_F(PipelineDocumentTest, AParameterWhoseNameEndsAnotherOneIsNotMistakenForIt) {
  const std::string text =
      Replaced(Whole(), "params:\n", "params:\n  on: {type: duration, default: 1d}\n");
  EXPECT_EQ(At(MustPlan(text), "history").options["cutoff"].AsString(), "as_of - 90d");
}

TEST_F(PipelineDocumentTest, AnOptionThatHappensToBeNamedLikeATextParameterStays) {
  const std::string text =
      Replaced(Whole(), "params:\n", "params:\n  orders: {default: elsewhere}\n");
  EXPECT_EQ(At(MustPlan(text), "churn").options["label"]["input"].AsString(), "orders");
}

}  // namespace
}  // namespace signet::pipelines
