// Calls about persons: what they ask for, and what they refuse before anything happens. Calls that
// need rows are tested end to end (tests/e2e/rights).
#include "coordinator/requests/rights_calls.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "policies/compile/compile.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

class RightsCallsTest : public DeskWorld {
 protected:
  void SetUp() override {
    DeskWorld::SetUp();
    policy_ = std::make_unique<policies::Policy>(*policies::CompilePolicies(
        *policies::FindPolicies({"gdpr", "ccpa"}, "policies/bundles", "policies/bundles")));
    desk_->Follow(policy_.get());
  }
  Result<Json> Call(const std::string& verb, const Json& arguments) {
    RightsWorld world{*state_, *ledger_, *desk_, *policy_};
    return PerformRightsCall(world, verb, arguments);
  }
  StatusCode CodeOf(const std::string& verb, const Json& arguments) {
    return Call(verb, arguments).status().code();
  }
  std::unique_ptr<policies::Policy> policy_;
};

TEST_F(RightsCallsTest, WhatIsNoCallOrNamesNobodyIsRefusedInWords) {
  EXPECT_EQ(CodeOf("dance", Json(Json::Object())), StatusCode::kInvalid);
  for (const char* verb : {"status", "consent_show", "gpc"}) {
    EXPECT_EQ(CodeOf(verb, Json(Json::Object())), StatusCode::kInvalid) << verb;
  }
  const Json nobody = Json::Of({{"people", "email nobody@shop.example"}, {"right", "objection"}});
  EXPECT_EQ(CodeOf("ask", nobody), StatusCode::kNotFound);
  const Result<Json> shown = Call("consent_show", nobody);
  EXPECT_EQ(shown.status().ToString().find("nobody@"), std::string::npos) << "never quoted";
}

TEST_F(RightsCallsTest, AMisspeltPurposeIsNamedBeforeAnybodyIsLookedFor) {
  const Result<Json> set = Call("consent_set",
                                Json::Of({{"people", "email a@shop.example"},
                                          {"purpose", "marketing.segmentatoin"},
                                          {"to", "given"}}));
  EXPECT_EQ(set.status().code(), StatusCode::kInvalid);
  EXPECT_EQ(set.status().diagnostic(), "SIG-3017");
  EXPECT_EQ(CodeOf("consent_set", Json::Of({{"purpose", "marketing.segmentation"}, {"to", "no"}})),
            StatusCode::kInvalid);
  EXPECT_EQ(runs_, 0);
}

TEST_F(RightsCallsTest, AnAnswerIsWrittenOnlyWhereItsFolderIsNamedFromTheRoot) {
  for (const char* out : {"", "answers/ada"}) {
    const Json asked =
        Json::Of({{"right", "access"}, {"people", "email a@shop.example"}, {"out", out}});
    EXPECT_EQ(CodeOf("ask", asked), StatusCode::kInvalid) << out;
  }
  EXPECT_EQ(CodeOf("ask", Json::Of({{"right", "rectification"}, {"people", "email a@b.example"}})),
            StatusCode::kInvalid);
  EXPECT_EQ(CodeOf("ask", Json::Of({{"right", "to be forgotten"}})), StatusCode::kInvalid);
}

TEST_F(RightsCallsTest, AnExportIsReadWithItsSourceAndItsPurposes) {
  const std::string row = "email,purpose,state,time\na@shop.example,x,given,2026-01-01\n";
  EXPECT_EQ(CodeOf("import", Json::Of({{"text", row}})), StatusCode::kInvalid) << "no source";
  EXPECT_EQ(CodeOf("import",
                   Json::Of({{"text", row}, {"source", "cmp"}, {"tcf", Json::List({"nonsense"})}})),
            StatusCode::kInvalid);
}

TEST_F(RightsCallsTest, ASweepOfAnEmptyStateDestroysNothing) {
  const Json swept = *Call("sweep", Json(Json::Object()));
  EXPECT_EQ(swept["erasures_destroyed"].AsInt(), 0);
  EXPECT_TRUE(Call("sweep", Json::Of({{"dry_run", true}})).ok());
}

TEST(NeedsQuiet, WhatReadsOrRewritesWholeDatasetsDoesAndStatementsDoNot) {
  for (const char* right : {"access", "portability", "rectification"}) {
    EXPECT_TRUE(NeedsQuiet("ask", Json::Of({{"right", right}}))) << right;
  }
  for (const char* right : {"erasure", "objection", "opt_out", "restriction", "limit_sensitive"}) {
    EXPECT_FALSE(NeedsQuiet("ask", Json::Of({{"right", right}}))) << right;
  }
  EXPECT_TRUE(NeedsQuiet("sweep", Json(Json::Object())));
  EXPECT_FALSE(NeedsQuiet("sweep", Json::Of({{"dry_run", true}})));
  EXPECT_FALSE(NeedsQuiet("gpc", Json(Json::Object())));
}

}  // namespace
}  // namespace signet::coordinator
