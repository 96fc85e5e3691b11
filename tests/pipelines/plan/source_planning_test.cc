#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "pipelines/plan/planning.h"
#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class SourcePlanningTest : public PlanWorld {
 protected:
  void WriteData(const std::string& name) {
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes("x\n")).ok());
  }
};

std::vector<std::string> StepIds(const Plan& plan) {
  std::vector<std::string> ids;
  for (const PlannedStep& step : plan.steps) ids.push_back(step.id);
  return ids;
}

TEST_F(SourcePlanningTest, EachSourceIsTokenisedResolvedAndGatedBeforeConsent) {
  const Plan plan = MustPlan(kSources);
  EXPECT_EQ(StepIds(plan),
            (std::vector<std::string>{"load.shops",
                                      "tokenise.crm",
                                      "tokenise.orders",
                                      "resolve",
                                      "gate.crm",
                                      "gate.orders",
                                      "consent"}));
  EXPECT_EQ(At(plan, "consent").after, (std::vector<std::string>{"gate.crm", "gate.orders"}));
  EXPECT_EQ(At(plan, "gate.crm").after, std::vector<std::string>{"resolve"});
}

TEST_F(SourcePlanningTest, DroppedColumnsAndIdentifiersAreNotGoverned) {
  const Plan plan = MustPlan(kSources);
  const PlannedStep* gate = plan.Find("gate.crm");
  ASSERT_NE(gate, nullptr);
  const Schema& governed = gate->outputs.at(0).schema;
  EXPECT_EQ(governed.columns.at(0).name, kSubjectColumn);
  EXPECT_EQ(governed.Find("first_name"), nullptr);   // user.name: drop
  EXPECT_NE(governed.Find("tier"), nullptr);         // keep
  ASSERT_NE(governed.Find("customer_id"), nullptr);  // escrow
  EXPECT_EQ(governed.Find("customer_id")->label.label_class, policies::LabelClass::kEscrow);
  EXPECT_EQ(governed.Find("segmentation_ok"), nullptr);  // a fact, not a value
}

TEST_F(SourcePlanningTest, ResolveSeesLinkValuesAndTheStateOnly) {
  const Plan plan = MustPlan(kSources);
  const PlannedStep* resolve = plan.Find("resolve");
  ASSERT_NE(resolve, nullptr);
  std::vector<std::string> datasets;
  for (const PlannedInput& input : resolve->inputs) {
    datasets.push_back(input.dataset);
    EXPECT_EQ(input.schema.Find("tier"), nullptr);
    EXPECT_EQ(input.schema.Find("amount"), nullptr);
  }
  EXPECT_EQ(datasets,
            (std::vector<std::string>{
                "crm#tokenised", "orders#tokenised", kIdentityDataset, kKeyringDataset}));
}

TEST_F(SourcePlanningTest, TokenisedRowsDieWithTheRun) {
  const Plan plan = MustPlan(kSources);
  EXPECT_TRUE(At(plan, "tokenise.crm").outputs.at(0).ephemeral);
  EXPECT_FALSE(At(plan, "gate.crm").outputs.at(0).ephemeral);
  EXPECT_TRUE(At(plan, "gate.crm").inputs.at(0).same_task);
}

TEST_F(SourcePlanningTest, AGlobMakesOneTaskPerFile) {
  for (const char* name : {"crm.csv", "orders-1.csv", "orders-2.csv", "shops.csv"}) WriteData(name);
  const Result<Planned> planned = Make(Replaced(kSources, "/orders.csv", "/orders-*.csv"),
                                       {{"data", scratch_.path().string()}},
                                       /*find_files=*/true);
  ASSERT_TRUE(planned.ok()) << planned.status().message();
  EXPECT_EQ(At(planned->plan, "tokenise.orders").tasks, 2);
  EXPECT_EQ(At(planned->plan, "gate.orders").tasks, 2);
  EXPECT_EQ(At(planned->plan, "tokenise.crm").tasks, 1);
}

TEST_F(SourcePlanningTest, AMissingFileIsToldOnce) {
  for (const char* name : {"crm.csv", "shops.csv"}) WriteData(name);
  ExpectOneError("SIG-3021",
                 "sig_3021",
                 Replaced(Whole(), "/nowhere", "."),
                 {},
                 /*files=*/true);
}

TEST_F(SourcePlanningTest, AnUnknownCategoryIsToldWithTheNearest) {
  ExpectOneError(
      "SIG-3018", "sig_3018", Replaced(kSources, "user.account.settings", "user.account.setings"));
}

TEST_F(SourcePlanningTest, AConsentToAnUnknownPurposeIsRefused) {
  ExpectOneError(
      "SIG-3017",
      "sig_3017_consent",
      Replaced(kSources, "{consent: marketing.segmentation}", "{consent: marketing.sms}"));
}

TEST_F(SourcePlanningTest, AConsentTimeMustBeADeclaredColumn) {
  ExpectOneError("SIG-3023",
                 "sig_3023",
                 Replaced(kSources,
                          "{consent: marketing.segmentation}",
                          "{consent: marketing.segmentation, as_of: consent_at}"));
}

TEST_F(SourcePlanningTest, ASubjectNeedsAnIdentifyingColumn) {
  ExpectOneError(
      "SIG-3020",
      "sig_3020_none",
      Replaced(kSources, "subject: {id: customer_id, links: [email]}", "subject: {links: []}"));
  ExpectOneError(
      "SIG-3020", "sig_3020_absent", Replaced(kSources, "links: [email]", "links: [mail]"));
  ExpectOneError(
      "SIG-3020", "sig_3020_type", Replaced(kSources, "links: [email]", "links: [tier]"));
}

TEST_F(SourcePlanningTest, ALinkMayNameItsType) {
  const Plan plan =
      MustPlan(Replaced(kSources, "links: [email]", "links: [email, {column: tier, type: card}]"));
  EXPECT_EQ(At(plan, "resolve").inputs.at(0).schema.columns.size(), 3U);
}

TEST_F(SourcePlanningTest, TheTimeOfASourceMustBeADeclaredMoment) {
  ExpectOneError("SIG-3011",
                 "sig_3011_time_absent",
                 Replaced(kSources, "time: ordered_at", "time: bought_at"));
  ExpectOneError(
      "SIG-3011", "sig_3011_time_type", Replaced(kSources, "time: ordered_at", "time: amount"));
}

TEST_F(SourcePlanningTest, AWrongReadOptionIsToldWhereItStands) {
  ExpectOneError("SIG-3012", "sig_3012_read", Replaced(kSources, "{format: csv,", "{format: cvs,"));
}

TEST_F(SourcePlanningTest, AnUnknownReadOptionIsToldWithTheNearest) {
  ExpectOneError("SIG-1204",
                 "sig_1204_read",
                 Replaced(kSources,
                          "{format: csv, path: \"${data}/crm.csv\"}",
                          "{format: csv, delimter: \";\", path: \"${data}/crm.csv\"}"));
}

TEST_F(SourcePlanningTest, AnErrorInASourceHidesWhatFollowsFromIt) {
  const std::string text = Replaced(Whole(), "user.account.settings", "user.account.setings");
  ExpectOneError("SIG-3018", "sig_3018", Replaced(text, text.substr(text.find("steps:")), ""));
  EXPECT_EQ(Refusal(text).find("SIG-3001"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
