#include "coordinator/binding/publication.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "pipelines/snapshots/members.h"
#include "pipelines/snapshots/serving_folder.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using pipelines::ServingFolder;
using pipelines::SnapshotManifest;

class PublicationTest : public StateWorld {
 protected:
  /// What a publish task hands back: sealed members and their figures.
  pipelines::TaskResult Members(const std::string& released) {
    crypto::WriteBatch batch;
    const DekId id = state_->vault().NewDek({"publish", "r1", 0, "ordinary"}, batch).value();
    Write(batch);
    const SecretBytes key = state_->vault().OpenDek(id).value();
    pipelines::StreamHeader header;
    header.dataset = "publish";
    header.kind = pipelines::DatasetKind::kSnapshot;
    header.producer = "r1/publish/0";
    std::vector<pipelines::Member> members = {{{}, 1, released}};
    const pipelines::Stream stream =
        pipelines::SealBlob(
            header, pipelines::EncodeMembers(members), {id, &key}, state_->blobs(), entropy_)
            .value();
    pipelines::TaskResult result;
    result.extra = Json::Of(
        {{"stream", stream.ToJson()},
         {"snapshot", "loyalty"},
         {"recipient", "mail"},
         {"members", 1},
         {"content", std::string(80, 'c')},
         {"token_epoch", 1},
         {"expires_s", 3600},
         {"segments", Json::List({Json::Of({{"name", "gold"}, {"members", 1}})})},
         {"withheld", Json::List({Json::Of({{"name", "tiny"}, {"reason", "below 50"}})})}});
    return result;
  }
  static PublicationFacts Facts(const std::string& run) {
    PublicationFacts facts;
    facts.run = run;
    facts.policy_digest = std::string(64, 'a');
    facts.plan_digest = std::string(64, 'b');
    facts.purpose = "marketing.segmentation";
    facts.as_of = Timestamp{5};
    facts.segment_definitions = Json::Of({{"gold", Json::Of({{"where", "tier = 'gold'"}})}});
    facts.model_cards = Json(Json::Object());
    facts.inputs = {{"gold", std::string(80, 'd')}};
    return facts;
  }
  /// Prepares and makes the intent durable, as the coordinator's commit does.
  SnapshotManifest Commit(const std::string& run, uint64_t fence) {
    Publisher publisher(*state_);
    crypto::WriteBatch batch;
    const Result<SnapshotManifest> manifest =
        publisher.Prepare(Members("C1"), Facts(run), fence, batch);
    EXPECT_TRUE(manifest.ok()) << manifest.status().message();
    Write(batch);
    EXPECT_TRUE(state_->audit().Committed(OkStatus()).ok());
    return *manifest;
  }
  size_t Intents() {
    size_t count = 0;
    EXPECT_TRUE(state_->store()
                    .Scan("outbox/publish/",
                          [&count](std::string_view, ByteView) {
                            ++count;
                            return OkStatus();
                          })
                    .ok());
    return count;
  }
  ServingFolder Serving() { return ServingFolder::OpenForServing(state_->serving()).value(); }

  const pipelines::SnapshotName name_{"mail", "loyalty"};
};

TEST_F(PublicationTest, NothingIsVisibleBeforeTheCommit) {
  Publisher publisher(*state_);
  crypto::WriteBatch batch;
  ASSERT_TRUE(publisher.Prepare(Members("C1"), Facts("r1"), 1, batch).ok());
  ASSERT_TRUE(publisher.Deliver().ok());
  EXPECT_FALSE(std::filesystem::exists(state_->serving() / "mail"));
  ASSERT_TRUE(state_->audit().Committed(Unavailable("not written")).ok());
}

TEST_F(PublicationTest, WhatWasCommittedIsServedWithItsFacts) {
  const SnapshotManifest manifest = Commit("r1", 1);
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  EXPECT_EQ(Intents(), 0U);
  const ServingFolder serving = Serving();
  EXPECT_EQ(serving.CurrentVersion(name_).value(), manifest.version);
  const SnapshotManifest served = serving.ReadManifest(name_, manifest.version).value();
  EXPECT_EQ(served.Canonical(), manifest.Canonical());
  EXPECT_EQ(served.segments.at(0).definition["where"].AsString(), "tier = 'gold'");
  EXPECT_EQ(served.withheld.at(0).reason, "below 50");
  EXPECT_EQ(served.expires->micros - served.created.micros, 3'600'000'000);
  const Bytes members = serving.ReadMembers(name_, served).value();
  EXPECT_EQ(pipelines::DecodeMembers(members).value().at(0).released, "C1");
}

/// signet-serve compares it with the purpose of a withdrawn consent.
TEST_F(PublicationTest, TheManifestNamesItsPurpose) {
  EXPECT_EQ(Commit("r1", 1).purpose, "marketing.segmentation");
}

TEST_F(PublicationTest, TheLogNamesTheSnapshotUnderASignedCheckpoint) {
  const SnapshotManifest manifest = Commit("r1", 1);
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  const Json entry = state_->audit().Entry(manifest.audit_index).value();
  EXPECT_NE(entry.Dump().find(manifest.content_digest), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(state_->path() / "checkpoint.note"));
  EXPECT_TRUE(state_->audit().VerifyAll().ok());
}

TEST_F(PublicationTest, ACrashBetweenCommitAndDeliveryStillDeliversOnce) {
  const SnapshotManifest manifest = Commit("r1", 1);
  Reopen();
  EXPECT_EQ(Intents(), 1U);
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  EXPECT_EQ(Serving().CurrentVersion(name_).value(), manifest.version);
  EXPECT_EQ(Intents(), 0U);
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  EXPECT_EQ(Serving().Versions(name_).value(), std::vector<std::string>{manifest.version});
}

TEST_F(PublicationTest, ACrashAfterDeliveryAndBeforeItsNoteRepeatsHarmlessly) {
  const SnapshotManifest manifest = Commit("r1", 1);
  // The delivery's own write is lost: the store is as it was before, the serving folder is not.
  const std::filesystem::path store = state_->path() / "store";
  const std::filesystem::path copy = scratch_.path() / "copy";
  state_.reset();
  std::filesystem::copy(store, copy, std::filesystem::copy_options::recursive);
  Open();
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  state_.reset();
  std::filesystem::remove_all(store);
  std::filesystem::rename(copy, store);
  Open();
  EXPECT_EQ(Intents(), 1U);
  const Status again = Publisher(*state_).Deliver();
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(Serving().Versions(name_).value(), std::vector<std::string>{manifest.version});
  EXPECT_EQ(Intents(), 0U);
}

TEST_F(PublicationTest, DeliveryLeavesNoSecondCopyOfTheMembersKey) {
  Commit("r1", 1);
  const int64_t keys = state_->vault().List().value()["deks"].AsInt();
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  EXPECT_EQ(state_->vault().List().value()["deks"].AsInt(), keys - 1);
}

TEST_F(PublicationTest, TwoUndeliveredSnapshotsArriveInTheirOrder) {
  Commit("r1", 1);
  clock_.JumpWall(Timestamp{clock_.Now().micros + 60'000'000});
  const SnapshotManifest later = Commit("r2", 2);
  Reopen();
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  EXPECT_EQ(Serving().Versions(name_).value().size(), 2U);
  EXPECT_EQ(Serving().CurrentVersion(name_).value(), later.version);
}

TEST_F(PublicationTest, AnOlderFenceDoesNotBecomeVisible) {
  const SnapshotManifest first = Commit("r1", 9);
  ASSERT_TRUE(Publisher(*state_).Deliver().ok());
  clock_.JumpWall(Timestamp{clock_.Now().micros + 60'000'000});
  Commit("r2", 8);
  EXPECT_EQ(Publisher(*state_).Deliver().code(), StatusCode::kConflict);
  EXPECT_EQ(Serving().CurrentVersion(name_).value(), first.version);
  EXPECT_EQ(Serving().Versions(name_).value().size(), 1U);
}

TEST_F(PublicationTest, AResultWithoutSealedMembersIsRefused) {
  pipelines::TaskResult result;
  result.extra = Json(Json::Object());
  crypto::WriteBatch batch;
  EXPECT_FALSE(Publisher(*state_).Prepare(result, Facts("r1"), 1, batch).ok());
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace signet::coordinator
