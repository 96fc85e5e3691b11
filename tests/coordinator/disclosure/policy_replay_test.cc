#include "coordinator/disclosure/policy_replay.h"

#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/run_memory.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "pipelines/plan/plan_codec.h"
#include "pipelines/plan/planner.h"
#include "policies/compile/compile.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

constexpr char kPipeline[] = R"(signet: 1
pipeline: small
policies: [gdpr]
settings: {partitions: 2}
sources:
  crm:
    read: {format: csv, path: /nowhere/crm.csv}
    subject: {id: customer_id}
    columns:
      customer_id: {category: user.unique_id}
      tier: {category: user.account.settings}
      country: {category: user.contact.address.country, jurisdiction: country}
steps:
  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {c: crm}
    sql: SELECT subject, tier FROM c
  gold: {uses: segment, purpose: marketing.segmentation, from: profile, where: tier = 'gold'}
)";

class PolicyReplayTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<StateFolder>> state =
        StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
    ASSERT_TRUE(state.ok()) << state.status().message();
    state_ = std::move(state).value();
    Record("29990101t000000-aaaaaa");
  }

  /// Leaves a plan as a run would.
  void Record(const std::string& run) {
    pipelines::PlanRequest request;
    request.file = scratch_.path() / "p.yaml";
    ASSERT_TRUE(WriteFileAtomically(request.file, AsBytes(std::string_view(kPipeline))).ok());
    request.now = clock_.Now();
    request.bundles = "policies/bundles";
    request.base = scratch_.path();
    request.find_files = false;
    const Result<pipelines::Planned> planned = pipelines::MakePlan(request);
    ASSERT_TRUE(planned.ok()) << planned.status().message();
    const std::filesystem::path folder = state_->path() / "runs" / run;
    ASSERT_TRUE(MakeFolders(folder).ok());
    const std::string plan = pipelines::EncodePlan(planned->plan).Dump();
    ASSERT_TRUE(WriteFileAtomically(folder / "plan.json", AsBytes(plan)).ok());
  }

  /// The shipped policy with one text in place of another.
  policies::Policy With(const std::string& from, const std::string& to) {
    const Result<Bytes> shipped = ReadFile("policies/bundles/gdpr.yaml");
    CHECK(shipped.ok());
    std::string text(AsText(*shipped));
    const size_t at = text.find(from);
    CHECK_FACTS(at != std::string::npos, from);
    text.replace(at, from.size(), to);
    CHECK(WriteFileAtomically(scratch_.path() / "own.yaml", AsBytes(text)).ok());
    const Result<policies::PolicySources> sources =
        policies::FindPolicies({"./own.yaml"}, scratch_.path(), "policies/bundles");
    CHECK(sources.ok());
    Result<policies::Policy> policy = policies::CompilePolicies(*sources);
    CHECK_FACTS(policy.ok(), policy.status().ToString());
    return *std::move(policy);
  }

  Json Replayed(const policies::Policy& after) {
    LedgerBook ledger(*state_);
    EXPECT_TRUE(ledger.LoadVersion().ok());
    const Result<Json> json = ReplayRuns(
        *state_,
        ledger,
        With("signet: 1", "signet: 1"),
        after,
        {30,
         count_,
         "officer",
         [this](
             const std::vector<policies::CountStatement>& statements) -> Result<std::vector<bool>> {
           std::vector<bool> told;
           told.reserve(statements.size());
           for (const policies::CountStatement& one : statements) {
             told.push_back(told_.Tell(one, rule_).allowed);
           }
           return told;
         }});
    EXPECT_TRUE(json.ok()) << json.status().message();
    return json.ok() ? *json : Json();
  }

  testing_support::ScratchFolder scratch_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<StateFolder> state_;
  CountMembers count_;
  policies::DifferenceLedger told_;
  policies::PublicationRule rule_;
};

constexpr char kAccount[] =
    "  user.account:\n    treatment: keep\n    purposes: [analytics, marketing.segmentation,";

TEST_F(PolicyReplayTest, ThePolicyOfTheRunChangesNothing) {
  const Json json = Replayed(With("signet: 1", "signet: 1"));
  EXPECT_EQ(json["plans"].AsInt(), 1);
  EXPECT_EQ(json["columns"].size() + json["steps"].size() + json["segments"].size(), 0U)
      << json.Pretty();
}

TEST_F(PolicyReplayTest, AColumnThatIsDeniedTakesItsSegmentAlong) {
  const Json json =
      Replayed(With(kAccount, "  user.account:\n    treatment: keep\n    purposes: [analytics,"));
  bool tier = false;
  for (const Json& column : json["columns"].items()) {
    if (column["column"].AsString() != "crm.tier") continue;
    tier = true;
    EXPECT_FALSE(column["after"].AsBool());
    EXPECT_EQ(column["rows"].AsString(), "fewer than 50") << "nothing rests in this state";
    EXPECT_NE(column["rule"].AsString().find("own.yaml:"), std::string::npos);
  }
  EXPECT_TRUE(tier) << json.Pretty();
  ASSERT_EQ(json["segments"].size(), 1U) << json.Pretty();
  EXPECT_EQ(json["segments"].items()[0]["segment"].AsString(), "gold");
  EXPECT_NE(ReplayText(json).find("vanishes  segment gold"), std::string::npos);
}

TEST_F(PolicyReplayTest, APlanThatRanTwiceCountsOnceAndOldRunsNotAtAll) {
  Record("29990102t000000-bbbbbb");
  Record("19990101t000000-cccccc");
  const Json json = Replayed(With("signet: 1", "signet: 1"));
  EXPECT_EQ(json["runs"].AsInt(), 2);
}

TEST_F(PolicyReplayTest, SegmentsWhoseMembersRestAreCountedAndOthersBounded) {
  const std::string run = "29990101t000000-aaaaaa";
  Record("29990101t000000-000000");  // the same plan, earlier
  RunMemory memory(*state_, run);
  const Json segment = Json::Of({{"name", "gold"}, {"members", 60}});
  crypto::WriteBatch batch;
  ASSERT_TRUE(
      memory
          .Finish(Json::Of({{"snapshots",
                             Json::List({Json::Of({{"recipient", "email_platform"},
                                                   {"purpose", "marketing.segmentation"},
                                                   {"segments", Json::List({segment})}})})}}),
                  batch)
          .ok());
  ASSERT_TRUE(state_->store().Write(batch, crypto::Durability::kSync).ok());
  const policies::Policy larger = With("min_group: 50", "min_group: 61");
  Json json = Replayed(larger);
  ASSERT_EQ(json["segments"].size(), 1U) << json.Pretty();
  EXPECT_TRUE(json["segments"].items()[0]["exact"].AsBool()) << "60 is below 61 whoever they are";

  // Now the members rest, and a worker counts them.
  LiveDataset gold;
  gold.owner = "small";
  gold.name = "gold";
  gold.run = run;
  pipelines::Piece piece;
  piece.dataset = "gold";
  piece.rows = 60;
  gold.pieces = {piece};
  crypto::WriteBatch live;
  ASSERT_TRUE(DatasetRegistry(*state_).Put(gold, live).ok());
  ASSERT_TRUE(state_->store().Write(live, crypto::Durability::kSync).ok());
  int asked = 0;
  count_ = [&asked](const LiveDataset& dataset, const std::string&, const SubjectsByPartition&) {
    EXPECT_EQ(dataset.name, "gold");
    return MemberCount{++asked == 1 ? 160 : 100, 160};
  };
  json = Replayed(With("hold_max: 7d", "hold_max: 8d"));
  EXPECT_EQ(asked, 2) << "once under each policy";
  EXPECT_EQ(json["segments"].size(), 0U) << json.Pretty();
  ASSERT_EQ(json["members"].size(), 1U) << json.Pretty();
  EXPECT_EQ(json["members"].items()[0]["before"].AsInt(), 160);
  EXPECT_EQ(json["members"].items()[0]["after"].AsInt(), 100);
  // Another policy, five people less: the difference is withheld, as it would be in any report.
  asked = 0;
  count_ = [&asked](const LiveDataset&, const std::string&, const SubjectsByPartition&) {
    return MemberCount{++asked == 1 ? 160 : 95, 160};
  };
  json = Replayed(With("hold_max: 7d", "hold_max: 9d"));
  EXPECT_EQ(json["members"].items()[0]["before"].AsInt(), 160);
  EXPECT_NE(json["members"].items()[0]["after"].AsString().find("withheld"), std::string::npos);
  asked = 0;
  count_ = [](const LiveDataset&, const std::string&, const SubjectsByPartition&) {
    return MemberCount{0, 0};
  };
  json = Replayed(With("hold_max: 7d", "hold_max: 8d"));
  ASSERT_EQ(json["segments"].size(), 1U) << json.Pretty();
  EXPECT_TRUE(json["segments"].items()[0]["exact"].AsBool());
}

}  // namespace
}  // namespace signet::coordinator
