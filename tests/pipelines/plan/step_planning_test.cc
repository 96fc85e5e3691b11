#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using StepPlanningTest = PlanWorld;

std::vector<std::string> ColumnsOf(const Plan& plan, const std::string& step, size_t input = 0) {
  const PlannedStep* found = plan.Find(step);
  if (found == nullptr || found->inputs.size() <= input) return {"no such input"};
  return found->inputs[input].schema.Names();
}

constexpr char kSql[] = "  a: {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: ";

TEST_F(StepPlanningTest, AnUnknownInputIsToldWithTheNearest) {
  ExpectOneError("SIG-3001",
                 "sig_3001",
                 Steps("  a: {uses: sql, purpose: analytics.churn, inputs: {o: order}, sql: SELECT "
                       "subject FROM o}\n"));
}

TEST_F(StepPlanningTest, AnInputOfAWrongKindIsRefused) {
  ExpectOneError(
      "SIG-3002",
      "sig_3002",
      Steps("  scores: {uses: score, purpose: analytics.churn, inputs: {features: orders}}\n"));
}

TEST_F(StepPlanningTest, AnUnknownOperatorIsToldWithTheNearest) {
  ExpectOneError("SIG-3005", "sig_3005", Replaced(Whole(), "uses: features", "uses: featurs"));
}

TEST_F(StepPlanningTest, OperatorsOfThePlannerAreNotForDocuments) {
  ExpectOneError(
      "SIG-3005", "sig_3005_internal", Steps("  a: {uses: gate, purpose: analytics.churn}\n"));
}

TEST_F(StepPlanningTest, AStepStatesAKnownPurpose) {
  ExpectOneError("SIG-3016",
                 "sig_3016",
                 Steps("  a: {uses: sql, inputs: {o: orders}, sql: SELECT subject FROM o}\n"));
  ExpectOneError("SIG-3017",
                 "sig_3017",
                 Steps("  a: {uses: sql, purpose: analytics.chur, inputs: {o: orders}, sql: SELECT "
                       "subject FROM o}\n"));
}

TEST_F(StepPlanningTest, AColumnForAnotherPurposeIsRefusedWithRuleAndPath) {
  ExpectOneError(
      "SIG-3003",
      "sig_3003",
      Steps("  profile: {uses: sql, purpose: analytics.churn, inputs: {c: crm}, sql: \"SELECT "
            "subject, "
            "tier, birth_date AS born FROM c\"}\n"
            "  joined: {uses: sql, purpose: analytics.churn, inputs: {p: profile}, sql: \"SELECT "
            "subject, tier, born FROM p\"}\n"
            "  offer:\n"
            "    uses: sql\n"
            "    purpose: personalize.offers\n"
            "    inputs: {j: joined}\n"
            "    sql: SELECT subject, born FROM j\n"));
}

TEST_F(StepPlanningTest, ARefusalByPolicyAloneIsADenial) {
  const Result<Planned> planned =
      Make(Steps("  a: {uses: sql, purpose: personalize.offers, inputs: {c: crm}, sql: \"SELECT "
                 "subject, birth_date FROM c\"}\n"));
  ASSERT_FALSE(planned.ok());
  EXPECT_EQ(planned.status().code(), StatusCode::kDenied) << planned.status().message();
}

TEST_F(StepPlanningTest, AFilterOnAForbiddenColumnIsRefusedToo) {
  const std::string text = Refusal(Steps(
      "  a: {uses: sql, purpose: personalize.offers, inputs: {c: crm}, sql: \"SELECT subject, "
      "tier FROM c WHERE birth_date IS NOT NULL\"}\n"));
  EXPECT_NE(text.find("SIG-3003"), std::string::npos) << text;
}

TEST_F(StepPlanningTest, WhatAForbiddenFilterDecidedStaysForbidden) {
  const std::string text = Refusal(Steps(
      "  p: {uses: sql, purpose: analytics.churn, inputs: {c: crm}, sql: \"SELECT subject, tier "
      "FROM c WHERE birth_date IS NOT NULL\"}\n"
      "  a: {uses: sql, purpose: personalize.offers, inputs: {p: p}, sql: \"SELECT subject, tier "
      "FROM p\"}\n"));
  EXPECT_NE(text.find("SIG-3003"), std::string::npos) << text;
  EXPECT_NE(text.find("crm.birth_date"), std::string::npos) << text;
}

TEST_F(StepPlanningTest, EscrowedValuesAreNobodysInput) {
  const std::string text = Refusal(
      Steps("  a: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT "
            "subject, email FROM c\"}\n"));
  EXPECT_NE(text.find("SIG-3003"), std::string::npos) << text;
}

TEST_F(StepPlanningTest, OnlyTheFirstOfAChainOfRefusalsIsTold) {
  ExpectOneError("SIG-3010",
                 "sig_3010_chain",
                 Replaced(Whole(), "SELECT subject, tier,", "SELECT subject, teir,"));
}

TEST_F(StepPlanningTest, SqlThatCannotBeProvedIsRefused) {
  ExpectOneError("SIG-3010",
                 "sig_3010_random",
                 Steps(std::string(kSql) + "\"SELECT subject, random() AS r FROM o\"}\n"));
  ExpectOneError("SIG-3010",
                 "sig_3010_file",
                 Steps(std::string(kSql) + "\"SELECT * FROM read_csv('/etc/passwd')\"}\n"));
  ExpectOneError(
      "SIG-3010", "sig_3010_subject", Steps(std::string(kSql) + "\"SELECT amount FROM o\"}\n"));
}

TEST_F(StepPlanningTest, UnusedGovernedColumnsAreNotLeased) {
  const Plan plan = MustPlan(Whole());
  EXPECT_EQ(ColumnsOf(plan, "profile"),
            (std::vector<std::string>{"subject", "birth_date", "tier"}));
  EXPECT_EQ(ColumnsOf(plan, "history"),
            (std::vector<std::string>{"subject", "order_id", "ordered_at", "amount"}));
}

TEST_F(StepPlanningTest, AColumnThatOnlyFiltersIsUsed) {
  const Plan plan =
      MustPlan(Steps(std::string(kSql) + "\"SELECT subject FROM o WHERE shop = 'x'\"}\n"));
  EXPECT_EQ(ColumnsOf(plan, "a"), (std::vector<std::string>{"subject", "shop"}));
}

TEST_F(StepPlanningTest, AWholeRowUsesEveryColumn) {
  const Plan plan = MustPlan(Steps(std::string(kSql) + "SELECT * FROM o}\n"));
  EXPECT_EQ(ColumnsOf(plan, "a"),
            (std::vector<std::string>{"subject", "order_id", "ordered_at", "amount", "shop"}));
}

TEST_F(StepPlanningTest, CountingRowsUsesNoColumnButTheSubject) {
  const Plan plan = MustPlan(
      Steps(std::string(kSql) + "\"SELECT subject, count(*) AS n FROM o GROUP BY subject\"}\n"));
  EXPECT_EQ(ColumnsOf(plan, "a"), std::vector<std::string>{"subject"});
}

TEST_F(StepPlanningTest, RowsAfterTheCutOffDoNotExist) {
  const Plan plan = MustPlan(Whole());
  const PlannedInput& features = At(plan, "history").inputs.at(0);
  ASSERT_TRUE(features.before.has_value());
  EXPECT_EQ(TimestampText(*features.before), "2025-10-03T00:00:00Z");
  EXPECT_EQ(features.before_column, "ordered_at");
  const PlannedInput& label = At(plan, "churn").inputs.at(1);
  ASSERT_TRUE(label.before.has_value());
  EXPECT_EQ(TimestampText(*label.before), "2026-01-01T00:00:00Z");
  EXPECT_FALSE(At(plan, "profile").inputs.at(0).before.has_value());
}

TEST_F(StepPlanningTest, ACutOffAfterAsOfIsRefused) {
  ExpectOneError("SIG-3007", "sig_3007_cutoff", Replaced(Whole(), "as_of - horizon", "as_of + 1d"));
}

TEST_F(StepPlanningTest, ALabelWindowThatReachesPastAsOfIsRefused) {
  ExpectOneError(
      "SIG-3007", "sig_3007_window", Replaced(Whole(), "window: horizon", "window: 91d"));
  ExpectOneError(
      "SIG-3007", "sig_3007_features_now", Replaced(Whole(), "as_of - horizon", "as_of"));
}

TEST_F(StepPlanningTest, AMomentThatCannotBeReadIsTold) {
  ExpectOneError("SIG-3012", "sig_3012_cutoff", Replaced(Whole(), "as_of - horizon", "yesterday"));
}

TEST_F(StepPlanningTest, AWrongOptionIsToldWhereItStands) {
  ExpectOneError(
      "SIG-3012", "sig_3012_option", Replaced(Whole(), "windows: [30d]", "windws: [30d]"));
}

TEST_F(StepPlanningTest, APersonsRowsAreFilteredByConsentAndReferenceRowsAreNot) {
  const Plan plan = MustPlan(Steps(
      "  a: {uses: sql, purpose: analytics.churn, inputs: {o: orders, s: shops}, sql: \"SELECT "
      "o.subject, s.city FROM o JOIN s ON o.shop = s.shop\"}\n"));
  const PlannedStep* step = plan.Find("a");
  ASSERT_NE(step, nullptr);
  EXPECT_TRUE(step->inputs.at(0).subjects_filtered);
  EXPECT_FALSE(step->inputs.at(1).subjects_filtered);
  EXPECT_EQ(step->after, std::vector<std::string>{"consent"});
  EXPECT_EQ(plan.purposes, std::vector<std::string>{"analytics.churn"});
  EXPECT_EQ(step->tasks, 4);
}

TEST_F(StepPlanningTest, ANameIsTakenOnce) {
  ExpectOneError("SIG-3019",
                 "sig_3019",
                 Steps("  orders: {uses: sql, purpose: analytics.churn, inputs: {c: crm}, sql: "
                       "SELECT subject FROM c}\n"));
}

TEST_F(StepPlanningTest, ANameOfAStepThatThePlannerAddsIsTaken) {
  for (const char* name : {"consent", "resolve", "gate.orders"}) {
    const std::string text =
        Refusal(Steps("  " + std::string(name) +
                      ": {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: SELECT "
                      "subject FROM o}\n"));
    EXPECT_NE(text.find("SIG-3019"), std::string::npos) << name << ": " << text;
  }
}

TEST_F(StepPlanningTest, PublishReadsItsSegmentsMembersAndNothingElse) {
  const Plan plan = MustPlan(Whole());
  const PlannedStep* publish = plan.Find("publish");
  ASSERT_NE(publish, nullptr);
  ASSERT_EQ(publish->inputs.size(), 1U);
  EXPECT_EQ(publish->inputs[0].dataset, "gold");
  EXPECT_EQ(publish->inputs[0].schema.Names(), std::vector<std::string>{"subject"});
  EXPECT_TRUE(publish->inputs[0].subjects_filtered);
  EXPECT_EQ(publish->options["snapshot"].AsString(), "publish");
}

TEST_F(StepPlanningTest, PublishReleasesAnIdentifierByRule) {
  const Plan plan = MustPlan(Whole() + "    identify_by: crm.customer_id\n");
  const PlannedStep* publish = plan.Find("publish");
  ASSERT_NE(publish, nullptr);
  ASSERT_EQ(publish->inputs.size(), 3U);
  EXPECT_EQ(publish->inputs[1].name, "released_cells");
  EXPECT_EQ(publish->inputs[1].schema.Names(),
            (std::vector<std::string>{"subject", "customer_id"}));
  EXPECT_EQ(publish->inputs[2].name, "keyring");
  EXPECT_NE(publish->task_options.at(0)["release_rule"].AsString().find("organisation.yaml"),
            std::string::npos);
}

TEST_F(StepPlanningTest, EachRecipientIsATaskOfItsOwn) {
  const Plan plan = MustPlan(
      Replaced(Whole(), "recipients: [email_platform]", "recipients: [email_platform, store_app]"));
  EXPECT_EQ(At(plan, "publish").tasks, 2);
  ASSERT_EQ(plan.publications.size(), 2U);
  EXPECT_EQ(plan.publications[0].recipient, "email_platform");
  EXPECT_EQ(plan.publications[0].relation, "processor");
  EXPECT_EQ(plan.publications[1].recipient, "store_app");
  EXPECT_GT(At(plan, "publish").task_options.at(0)["min_group"].AsInt(), 1);
}

TEST_F(StepPlanningTest, RecipientsAreThoseOfTheOrganisationForThePurpose) {
  ExpectOneError(
      "SIG-3013", "sig_3013_unknown", Replaced(Whole(), "[email_platform]", "[email_platfrm]"));
  ExpectOneError(
      "SIG-3037", "sig_3037_purpose", Replaced(Whole(), "[email_platform]", "[ad_network]"));
}

TEST_F(StepPlanningTest, AnIdentifierWithoutReleaseRuleIsNotPublished) {
  ExpectOneError("SIG-3008",
                 "sig_3008",
                 Replaced(Whole(), "[email_platform]", "[insights_team]") +
                     "    identify_by: crm.customer_id\n");
}

TEST_F(StepPlanningTest, WhatIsReleasedMustBeAGovernedColumn) {
  for (const char* released : {"customer_id", "crm.first_name", "nobody.customer_id"}) {
    const std::string text = Refusal(Whole() + "    identify_by: " + released + "\n");
    EXPECT_NE(text.find("SIG-3011"), std::string::npos) << released << ": " << text;
  }
  ExpectOneError("SIG-3011", "sig_3011_release", Whole() + "    identify_by: crm.first_name\n");
}

TEST_F(StepPlanningTest, PublishNeedsSegments) {
  ExpectOneError(
      "SIG-3022", "sig_3022", Replaced(Whole(), "segments: [gold]", "segments: [profile]"));
}

}  // namespace
}  // namespace signet::pipelines
