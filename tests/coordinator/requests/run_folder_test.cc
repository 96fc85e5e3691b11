#include "coordinator/requests/run_folder.h"

#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/coordinator/binding/small_sources.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

const std::string& Pipeline() {
  static const std::string kText = std::string(R"(signet: 1
pipeline: small
policies: [gdpr]
settings: {partitions: 2}
)") + kSmallSources + R"(  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {orders: orders}
    sql: SELECT subject, count(*) AS orders_count, sum(amount) AS spend FROM orders GROUP BY subject
  buyers: {uses: segment, purpose: marketing.segmentation, from: profile, where: orders_count >= 1}
)";
  return kText;
}

class RunFolderTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    Write("small.yaml", Pipeline());
    Write("orders.csv", kSmallOrders);
  }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes(text)).ok());
  }
  RunRequest Request() {
    RunRequest request;
    request.file = scratch_.path() / "small.yaml";
    request.base = scratch_.path();
    request.bundles = "policies/bundles";
    request.owner = "anna";
    request.cause = "submit";
    return request;
  }
  PreparedRun Prepared(const RunRequest& request) {
    Result<PreparedRun> prepared = PrepareRun(request, clock_.Now());
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return std::move(prepared).value();
  }
};

TEST_F(RunFolderTest, ARunIsBoundByItsCopyWhateverBecameOfTheFiles) {
  const PreparedRun prepared = Prepared(Request());
  const RunFolder folder(*state_, RunId("r1"));
  ASSERT_TRUE(folder.Freeze(prepared).ok());
  std::filesystem::remove(scratch_.path() / "small.yaml");
  std::filesystem::remove(scratch_.path() / "orders.csv");
  const Result<PreparedRun> back = folder.Thaw();
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->planned.plan.Digest(), prepared.planned.plan.Digest());
  EXPECT_EQ(back->planned.policy.digest(), prepared.planned.policy.digest());
  EXPECT_EQ(back->request.owner, "anna");
}

TEST_F(RunFolderTest, ChangedPoliciesOrPlansAreRefused) {
  const RunFolder folder(*state_, RunId("r1"));
  ASSERT_TRUE(folder.Freeze(Prepared(Request())).ok());
  const std::filesystem::path plan = folder.path() / "plan.json";
  const Result<Bytes> bytes = ReadFile(plan);
  ASSERT_TRUE(bytes.ok());
  std::string text(AsText(*bytes));
  text.replace(text.find("orders_count >= 1"), 17, "orders_count >= 0");
  ASSERT_TRUE(WriteFileAtomically(plan, AsBytes(text)).ok());
  EXPECT_EQ(folder.Thaw().status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(RunFolder(*state_, RunId("none")).Thaw().status().code(), StatusCode::kNotFound);
}

TEST_F(RunFolderTest, OnlyKeepsAStepAndWhatItNeeds) {
  RunRequest request = Request();
  request.only = "profile";
  const PreparedRun prepared = Prepared(request);
  EXPECT_NE(prepared.planned.plan.Find("profile"), nullptr);
  EXPECT_NE(prepared.planned.plan.Find("gate.orders"), nullptr);
  EXPECT_EQ(prepared.planned.plan.Find("buyers"), nullptr);
  request.only = "profil";
  const Result<PreparedRun> refused = PrepareRun(request, clock_.Now());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().remedy().find("profile"), std::string::npos);
}

TEST_F(RunFolderTest, WhatFollowsAStepIsComputedAgainWithIt) {
  const PreparedRun prepared = Prepared(Request());
  EXPECT_EQ(StepsFrom(prepared.planned.plan, {"profile"}),
            (std::set<std::string>{"profile", "buyers"}));
  EXPECT_TRUE(StepsFrom(prepared.planned.plan, {}).empty());
}

}  // namespace
}  // namespace signet::coordinator
