#include "pipelines/plan/sampled_clusters.h"

#include <string>
#include <vector>

#include "pipelines/plan/open_lineage.h"
#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

constexpr char kSpend[] =
    "  spend:\n"
    "    uses: sql\n"
    "    purpose: marketing.segmentation\n"
    "    inputs: {o: orders}\n"
    "    sql: SELECT subject, count(*) AS n, sum(amount) AS total FROM o GROUP BY subject\n";

class SampledClusters : public PlanWorld {
 protected:
  static std::string Groups(const std::string& options, const std::string& id = "groups") {
    return "  " + id +
           ":\n"
           "    uses: cluster\n"
           "    purpose: marketing.segmentation\n"
           "    from: spend\n"
           "    columns: [n, total]\n" +
           options;
  }
  static std::string Document(const std::string& more) { return Steps(kSpend + more); }
  static std::vector<std::string> StepsOf(const Plan& plan, const std::string& prefix) {
    std::vector<std::string> ids;
    for (const PlannedStep& step : plan.steps) {
      if (step.id.rfind(prefix, 0) == 0) ids.push_back(step.id + " " + step.op);
    }
    return ids;
  }
  /// The plan for people from `groups` on, without the digest.
  static std::string TextOfGroups(const Plan& plan) {
    const std::string text = PlanText(plan);
    const size_t from = text.find("  groups");
    return text.substr(from, text.find("plan digest") - from);
  }
};

TEST_F(SampledClusters, WithoutASampleTheStepStaysOneTask) {
  const Plan plan = MustPlan(Document(Groups("")));
  EXPECT_EQ(StepsOf(plan, "groups"), std::vector<std::string>{"groups cluster"});
  EXPECT_EQ(At(plan, "groups").tasks, 1);
}

TEST_F(SampledClusters, ASampleIsWrittenOutInThePlan) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n    where: n > 0\n") +
                                      "  in_group:\n"
                                      "    uses: assign\n"
                                      "    purpose: marketing.segmentation\n"
                                      "    inputs: {spend: spend, groups: groups}\n"));
  ExpectGolden("sampled_clusters", TextOfGroups(plan));
}

TEST_F(SampledClusters, ThePartsDieWithTheRunAndTheModelStays) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n")));
  for (const char* part : {"groups.sample", "groups.scaling", "groups.learnt", "groups.sums"}) {
    EXPECT_TRUE(At(plan, part).outputs.front().ephemeral) << part;
  }
  EXPECT_FALSE(At(plan, "groups").outputs.front().ephemeral);
  EXPECT_EQ(At(plan, "groups").outputs.front().kind, DatasetKind::kModel);
}

TEST_F(SampledClusters, EveryPartReadsOnlySubjectsWhomThePurposeMayUse) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n")));
  for (const char* part : {"groups.sample", "groups.scaling", "groups.sums"}) {
    EXPECT_TRUE(At(plan, part).inputs.front().subjects_filtered) << part;
    EXPECT_EQ(At(plan, part).purpose, "marketing.segmentation");
    EXPECT_EQ(At(plan, part).tasks, 4) << part;
  }
  for (const PlannedInput& input : At(plan, "groups.learnt").inputs) {
    EXPECT_EQ(input.subjects_filtered, input.dataset == "groups.sample");
  }
  EXPECT_EQ(At(plan, "groups.learnt").tasks, 1);
}

TEST_F(SampledClusters, LabelsFlowThroughThePartsToTheModel) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n")));
  const Plan whole = MustPlan(Document(Groups("")));
  const Schema& expected = At(whole, "groups").outputs.front().schema;
  EXPECT_EQ(At(plan, "groups").outputs.front().schema, expected);
  const policies::Label& label = expected.Find("model")->label;
  EXPECT_EQ(At(plan, "groups.sums").outputs.front().schema.Find("sums")->label, label);
  EXPECT_EQ(At(plan, "groups.scaling").outputs.front().schema.Find("sums")->label, label);
  const Schema& sample = At(plan, "groups.sample").outputs.front().schema;
  EXPECT_EQ(sample.Names(), (std::vector<std::string>{"subject", "n", "total"}));
  EXPECT_EQ(sample.Find("total")->label.origins.count("orders.amount"), 1U);
}

TEST_F(SampledClusters, TheDerivationAndTheLineageNameEveryPart) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n")));
  const std::string events = OpenLineageEvents(plan, Timestamp{0}).Dump();
  const std::string derivation = plan.derivation.Dump();
  for (const char* part :
       {"groups", "groups.sample", "groups.scaling", "groups.learnt", "groups.sums"}) {
    EXPECT_NE(events.find("small." + std::string(part) + "\""), std::string::npos) << part;
    EXPECT_NE(derivation.find("\"dataset\":\"" + std::string(part) + "\""), std::string::npos);
  }
}

TEST_F(SampledClusters, ABadSampleIsToldOnceWhereItStands) {
  for (const char* wrong : {"many", "0", "-5", "2.5", "true", "7"}) {
    SCOPED_TRACE(wrong);
    const std::string refusal =
        Refusal(Document(Groups("    k: 2..8\n    sample: " + std::string(wrong) + "\n")));
    EXPECT_EQ(refusal.find("error: ", refusal.find("error: ") + 1), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("[SIG-3012]"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("step 'groups'"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("sample: " + std::string(wrong)), std::string::npos) << refusal;
  }
  ExpectOneError(
      "SIG-3012", "sampled_clusters_few", Document(Groups("    k: 2..8\n    sample: 7\n")));
}

TEST_F(SampledClusters, WhatIsWrongWithTheStepIsToldOnceAndInItsName) {
  ExpectOneError("SIG-3012",
                 "sampled_clusters_option",
                 Document(Groups("    sample: 1000\n    metod: ward\n")));
  ExpectOneError("SIG-3002",
                 "sampled_clusters_kind",
                 Replaced(Document(Groups("    sample: 1000\n")), "from: spend", "from: orders"));
  const std::string where = Refusal(Document(Groups("    sample: 1000\n    where: nobody > 1\n")));
  EXPECT_EQ(where.find("error: ", where.find("error: ") + 1), std::string::npos) << where;
  EXPECT_NE(where.find("step 'groups'"), std::string::npos) << where;
}

// Whoever reads the step is not told again.
TEST_F(SampledClusters, AReaderOfARefusedStepIsSilent) {
  const std::string refusal = Refusal(Document(Groups("    sample: none\n") +
                                               "  in_group:\n"
                                               "    uses: assign\n"
                                               "    purpose: marketing.segmentation\n"
                                               "    inputs: {spend: spend, groups: groups}\n"));
  EXPECT_EQ(refusal.find("error: ", refusal.find("error: ") + 1), std::string::npos) << refusal;
}

TEST_F(SampledClusters, AForbiddenColumnIsDeniedAtItsLine) {
  const std::string text = Steps(
      "  profile:\n"
      "    uses: sql\n"
      "    purpose: analytics.churn\n"
      "    inputs: {c: crm}\n"
      "    sql: SELECT subject, birth_date AS born FROM c\n"
      "  groups:\n"
      "    uses: cluster\n"
      "    purpose: personalize.offers\n"
      "    from: profile\n"
      "    columns: [born]\n"
      "    sample: 1000\n");
  ExpectOneError("SIG-3003", "sampled_clusters_forbidden", text);
  EXPECT_EQ(Make(text).status().code(), StatusCode::kDenied);
}

TEST_F(SampledClusters, AForeachMakesAChainForEachValue) {
  const Plan plan = MustPlan(Document(
      Groups("    foreach: {least: ['1', '2']}\n    sample: 500\n    where: n > ${each.least}\n")));
  EXPECT_EQ(StepsOf(plan, "groups.2"),
            (std::vector<std::string>{"groups.2.sample cluster_sample",
                                      "groups.2.scaling cluster_sums",
                                      "groups.2.learnt cluster_learn",
                                      "groups.2.sums cluster_sums",
                                      "groups.2 cluster_merge"}));
  EXPECT_EQ(At(plan, "groups.1.sample").options["where"].AsString(), "n > 1");
}

TEST_F(SampledClusters, AFragmentMayHoldOneAndAParameterGiveItsSize) {
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "groups.yaml",
                                  AsBytes("signet: 1\n"
                                          "fragment: groups\n"
                                          "inputs: [spend]\n"
                                          "output: made\n"
                                          "params: {size: {type: number, default: 300}}\n"
                                          "steps:\n" +
                                          Groups("    sample: \"${size}\"\n", "made")))
                  .ok());
  const std::string use =
      "  ours: {uses: pipeline, file: groups.yaml, inputs: {spend: spend}, params: {size: SIZE}}\n"
      "  in_group:\n"
      "    uses: assign\n"
      "    purpose: marketing.segmentation\n"
      "    inputs: {spend: spend, groups: ours}\n";
  const Plan plan = MustPlan(Document(Replaced(use, "SIZE", "400")));
  EXPECT_EQ(StepsOf(plan, "ours").size(), 5U);
  EXPECT_EQ(At(plan, "in_group").inputs.size(), 2U);
  const std::string refusal = Refusal(Document(Replaced(use, "SIZE", "4")));
  EXPECT_NE(refusal.find("groups.yaml:"), std::string::npos) << refusal;
}

TEST_F(SampledClusters, ANameOfAPartThatTheDocumentHasIsTaken) {
  const std::string refusal =
      Refusal(Document(Groups("    sample: 1000\n") + Groups("", "groups.sums")));
  EXPECT_NE(refusal.find("[SIG-3019]"), std::string::npos) << refusal;
}

TEST_F(SampledClusters, ApprovalsAreAskedForOnceBeforeAnybodyIsRead) {
  const Plan plan = MustPlan(Document(Groups("    sample: 1000\n    approvals: 2\n")));
  EXPECT_EQ(At(plan, "groups.sample").run.approvals, 2);
  for (const char* part : {"groups.scaling", "groups.learnt", "groups.sums", "groups"}) {
    EXPECT_EQ(At(plan, part).run.approvals, 0) << part;
  }
  const std::vector<std::string>& after = At(plan, "groups.scaling").after;
  EXPECT_NE(std::find(after.begin(), after.end(), "groups.sample"), after.end());
}

TEST_F(SampledClusters, AnInputMayBeCalledAsThePlannerCallsItsOwn) {
  const Plan plan = MustPlan(Document(Replaced(
      Groups("    sample: 1000\n"), "    from: spend\n", "    inputs: {learnt: spend}\n")));
  ASSERT_EQ(At(plan, "groups.sums").inputs.size(), 2U);
  EXPECT_NE(At(plan, "groups.sums").inputs[0].name, At(plan, "groups.sums").inputs[1].name);
}

}  // namespace
}  // namespace signet::pipelines
