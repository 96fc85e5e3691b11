#include "coordinator/cli/standing_duties.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordinator/keys/key_desk.h"
#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"
#include "pipelines/snapshots/access_report.h"
#include "pipelines/snapshots/serving_folder.h"
#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/in_process.h"
#include "workers/transport/zmq_channel.h"

namespace signet::coordinator {
namespace {

class StandingDutiesTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    CoordinatorOptions options;
    options.seed = 1;
    coordinator_ =
        Coordinator::OpenOn(
            options, workers::InProcessHub::Create()->Serve(), state_->store(), clock_, entropy_)
            .value();
    list_ = std::make_unique<WorkerList>(state_->path() / "workers");
    duties_ = std::make_unique<StandingDuties>(*state_, *coordinator_, *list_, clock_);
  }
  std::set<std::string> Types() {
    std::set<std::string> types;
    for (uint64_t i = 0; i < state_->audit().size(); ++i) {
      const Json entry = *state_->audit().Entry(i);
      EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << entry.Dump();
      types.insert(entry["type"].AsString());
    }
    return types;
  }

  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<WorkerList> list_;
  std::unique_ptr<StandingDuties> duties_;
};

TEST_F(StandingDutiesTest, ReadsOfAServerReachTheLogWhileTheCoordinatorStands) {
  ASSERT_TRUE(duties_->Begin(0).ok());
  const auto folder =
      pipelines::ServingFolder::OpenForPublication(state_->serving(), entropy_).value();
  const auto spool = pipelines::AccessSpool::Open(folder, clock_, entropy_).value();
  spool->Count("ads", "publish", "20260101T000000Z-r", pipelines::AccessKind::kLookup, 3, "cert");
  ASSERT_TRUE(spool->Flush().ok());
  clock_.Advance(StandingDuties::kFoldSeconds * 1'000'000);
  duties_->Turn();
  EXPECT_TRUE(Types().contains("snapshot.read"));
  const uint64_t size = state_->audit().size();
  clock_.Advance(StandingDuties::kFoldSeconds * 1'000'000);
  duties_->Turn();
  EXPECT_EQ(state_->audit().size(), size) << "once";
  EXPECT_TRUE(Types().contains("state.opened"));
}

TEST_F(StandingDutiesTest, ASettingThatChangedIsToldWithBothDigests) {
  const std::string key = state_->audit().key().Text();
  ASSERT_TRUE(
      WriteFileAtomically(state_->path() / "log-policy", AsBytes("log " + key + "\nquorum none\n"))
          .ok());
  duties_->Turn();
  ASSERT_TRUE(Types().contains("configuration.changed"));
  ASSERT_TRUE(WriteFileAtomically(state_->path() / "log-policy",
                                  AsBytes("# looser\nlog " + key + "\nquorum none\n"))
                  .ok());
  clock_.Advance(StandingDuties::kSettingsSeconds * 1'000'000);
  duties_->Turn();
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_EQ(entry["facts"]["setting"].AsString(), "log-policy");
  EXPECT_TRUE(entry["facts"].Has("old_digest"));
  EXPECT_NE(entry["facts"]["digest"].AsString(), entry["facts"]["old_digest"].AsString());
}

TEST_F(StandingDutiesTest, TheCheckpointFollowsTheLogOnATimer) {
  ASSERT_TRUE(duties_->Begin(0).ok());
  duties_->Turn();
  EXPECT_TRUE(ReadFile(state_->path() / "checkpoint.note").ok());
}

TEST_F(StandingDutiesTest, OpensADoorForNewcomersWhereItIsTold) {
  EXPECT_TRUE(duties_->door().empty());
  const auto identity = workers::CurveKeyPair::Generate().value();
  EXPECT_EQ(duties_->OpenDoor("nowhere", identity).code(), StatusCode::kInvalid);
  ASSERT_TRUE(duties_->OpenDoor("tcp://127.0.0.1:*", identity).ok());
  EXPECT_NE(duties_->door().find("tcp://127.0.0.1:"), std::string::npos);
}

/// A coordinator on the real network, since only there somebody can be refused.
class RefusalDutiesTest : public StandingDutiesTest {
 protected:
  void SetUp() override {
    StandingDutiesTest::SetUp();
    duties_.reset();
    CoordinatorOptions options;
    options.expect_enrolment = true;
    options.seed = 1;
    coordinator_ = Coordinator::Open(options, server_, state_->store(), clock_, entropy_).value();
    duties_ = std::make_unique<StandingDuties>(*state_, *coordinator_, *list_, clock_);
  }
  /// Knocks with `key` until the log has told of a refusal more than before.
  void KnockUntilTold(const workers::CurveKeyPair& key) {
    workers::CurveKeyPair copy{key.public_key, key.secret_key.Clone()};
    const auto client =
        workers::ConnectWithCurve(coordinator_->endpoint(), server_.public_key, std::move(copy))
            .value();
    const uint64_t size = state_->audit().size();
    constexpr int kTries = 200;
    for (int i = 0; i < kTries && state_->audit().size() == size; ++i) {
      static_cast<void>(client->Send(AsBytes("let me in")));
      client->Wait(50'000, {});
      duties_->Turn();
    }
    ASSERT_GT(state_->audit().size(), size) << "no refusal was told";
  }
  Json Last() { return *state_->audit().Entry(state_->audit().size() - 1); }

  workers::CurveKeyPair server_ = workers::CurveKeyPair::Generate().value();
};

TEST_F(RefusalDutiesTest, AStrangersAndARevokedWorkersKnocksAreTold) {
  const auto stranger = workers::CurveKeyPair::Generate().value();
  KnockUntilTold(stranger);
  Json entry = Last();
  EXPECT_EQ(entry["type"].AsString(), "login.refused");
  EXPECT_EQ(entry["facts"]["by"].AsString(), "curve key");
  EXPECT_GE(entry["facts"]["count"].AsInt(), 1);
  EXPECT_FALSE(entry["facts"].Has("revoked"));
  EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
  // One that was a worker until it was revoked is named.
  const auto worker = workers::CurveKeyPair::Generate().value();
  KeyDesk desk(*state_, "cli:ada");
  SecretBytes token;
  ASSERT_TRUE(desk.Invite(crypto::MemberKind::kWorker, "w1", {}, 3'600, token).ok());
  ASSERT_TRUE(desk.Redeem(AsText(token.ExposeSecret()), worker.public_key.Text()).ok());
  ASSERT_TRUE(desk.Revoke(crypto::MemberKind::kWorker, "w1").ok());
  clock_.Advance(StandingDuties::kRefusalsSeconds * 1'000'000);
  KnockUntilTold(worker);
  entry = Last();
  EXPECT_EQ(entry["type"].AsString(), "login.refused");
  EXPECT_EQ(entry["facts"]["revoked"].items().at(0).AsString(), "w1") << entry.Dump();
  EXPECT_EQ(entry["facts"].Dump().find(worker.public_key.Text()), std::string::npos);
}

TEST_F(RefusalDutiesTest, AFloodOfStrangersIsOneEntryAMinute) {
  KnockUntilTold(workers::CurveKeyPair::Generate().value());
  const uint64_t size = state_->audit().size();
  const auto flood = workers::CurveKeyPair::Generate().value();
  const auto client = workers::ConnectWithCurve(coordinator_->endpoint(),
                                                server_.public_key,
                                                {flood.public_key, flood.secret_key.Clone()})
                          .value();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(client->Send(AsBytes("let me in")));
    client->Wait(50'000, {});
    duties_->Turn();
  }
  EXPECT_EQ(state_->audit().size(), size);
}

}  // namespace
}  // namespace signet::coordinator
