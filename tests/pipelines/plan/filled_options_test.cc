#include "pipelines/plan/filled_options.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class FilledOptionsTest : public PlanWorld {
 protected:
  static policies::Policy Gdpr() {
    return policies::CompilePolicies(*policies::FindPolicies({"gdpr"}, ".", "policies/bundles"))
        .value();
  }
  static StepDecl Step(const char* uses, Json options) {
    StepDecl decl;
    decl.id = "mine";
    decl.uses = uses;
    decl.options.value = std::move(options);
    return decl;
  }
};

TEST_F(FilledOptionsTest, SegmentsAndSnapshotsAreCalledLikeTheirStep) {
  const policies::Policy gdpr = Gdpr();
  EXPECT_EQ(FilledOptions(Step("segment", Json(Json::Object())), gdpr)["name"].AsString(), "mine");
  EXPECT_EQ(FilledOptions(Step("publish", Json(Json::Object())), gdpr)["snapshot"].AsString(),
            "mine");
  EXPECT_EQ(
      FilledOptions(Step("publish", Json::Of({{"snapshot", "own"}})), gdpr)["snapshot"].AsString(),
      "own");
  EXPECT_FALSE(FilledOptions(Step("sql", Json(Json::Object())), gdpr).Has("name"));
}

TEST_F(FilledOptionsTest, ExplanationsSpeakOfNoFewerPeopleThanThePolicySays) {
  const policies::Policy gdpr = Gdpr();
  const auto min_leaf = [&](Json options) {
    return FilledOptions(Step("train", std::move(options)), gdpr)["min_leaf"].AsInt();
  };
  EXPECT_EQ(min_leaf(Json(Json::Object())), gdpr.publication().min_leaf);
  EXPECT_EQ(min_leaf(Json::Of({{"min_leaf", 5}})), gdpr.publication().min_leaf);
  EXPECT_EQ(min_leaf(Json::Of({{"min_leaf", 500}})), 500);
  // What is no number is the operator's to refuse.
  EXPECT_EQ(
      FilledOptions(Step("train", Json::Of({{"min_leaf", "few"}})), gdpr)["min_leaf"].AsString(),
      "few");
}

}  // namespace
}  // namespace signet::pipelines
