#include "coordinator/api/served_snapshots.h"

#include <fstream>

#include <gtest/gtest.h>

#include "crypto/audit/audit_log.h"
#include "crypto/base/file.h"
#include "crypto/store/kv_store.h"
#include "crypto/transparency/cosignature.h"
#include "pipelines/snapshots/withdrawals.h"
#include "tests/coordinator/api/serving_fixture.h"

namespace signet::coordinator {
namespace {

using pipelines::AddWithdrawals;
using pipelines::Withdrawal;

constexpr char kRecipient[] = "email_platform";

class ServedSnapshotsTest : public ::testing::Test {
 protected:
  ServedSnapshots Serve(std::optional<crypto::VerifierKey> verifier = {}) {
    return {fixture_.folder(),
            fixture_.root() / "index",
            std::move(verifier),
            fixture_.clock,
            fixture_.entropy};
  }
  uint64_t Bits(const ServedSnapshots& served, int n) {
    return served.Of(kRecipient)
        ->snapshots.at("loyalty")
        ->index->SegmentsOf(TokenOf(kRecipient, n))
        .value();
  }

  ServingFixture fixture_;
};

TEST_F(ServedSnapshotsTest, FollowsTheCurrentVersionAndReloadsOnlyWhatChanged) {
  ASSERT_TRUE(fixture_.Publish(kRecipient, "1", 0, 10).ok());
  ASSERT_TRUE(fixture_.Publish("ad_network", "1", 0, 5).ok());
  ServedSnapshots served = Serve();
  EXPECT_EQ(served.Reload().value(), 2);
  EXPECT_EQ(served.Reload().value(), 0);
  EXPECT_EQ(Bits(served, 12), 0U);
  ASSERT_TRUE(fixture_.Publish(kRecipient, "2", 5, 15).ok());
  EXPECT_EQ(served.Reload().value(), 1);
  EXPECT_EQ(Bits(served, 12), 3U);
  EXPECT_EQ(Bits(served, 1), 0U);
}

TEST_F(ServedSnapshotsTest, KeepsServingTheOldVersionWhenTheNewOneIsDamaged) {
  ASSERT_TRUE(fixture_.Publish(kRecipient, "1", 0, 10).ok());
  ServedSnapshots served = Serve();
  ASSERT_TRUE(served.Reload().ok());
  ASSERT_TRUE(fixture_.Publish(kRecipient, "2", 5, 15).ok());
  const auto members = fixture_.folder().root() / kRecipient / "loyalty" / "2" / "members.sealed";
  Bytes bytes = ReadFile(members).value();
  bytes[bytes.size() / 2] ^= 1U;
  ASSERT_TRUE(WriteFileAtomically(members, bytes).ok());
  EXPECT_EQ(served.Reload().status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(Bits(served, 1), 1U);
}

TEST_F(ServedSnapshotsTest, WithdrawnTokensAreGoneAtTheNextReload) {
  ASSERT_TRUE(fixture_.Publish(kRecipient, "1", 0, 10).ok());
  ServedSnapshots served = Serve();
  ASSERT_TRUE(served.Reload().ok());
  const Uuid erased = TokenOf(kRecipient, 3);
  const Uuid objected = TokenOf(kRecipient, 4);
  const Uuid earlier = TokenOf(kRecipient, 5);
  ASSERT_TRUE(AddWithdrawals(fixture_.folder(),
                             kRecipient,
                             {Withdrawal{erased, Timestamp{5}, ""},
                              Withdrawal{objected, Timestamp{2'000'000}, "marketing.segmentation"},
                              Withdrawal{earlier, Timestamp{5}, "marketing.segmentation"}},
                             fixture_.entropy,
                             {})
                  .ok());
  ASSERT_TRUE(served.Reload().ok());
  const auto view = served.Of(kRecipient);
  const auto& manifest = view->snapshots.at("loyalty")->manifest;
  EXPECT_TRUE(view->IsWithdrawn(erased, manifest));
  EXPECT_TRUE(view->IsWithdrawn(objected, manifest));
  // Withdrawn before this snapshot was made, hence given again since: the snapshot knows better.
  EXPECT_FALSE(view->IsWithdrawn(earlier, manifest));
  EXPECT_FALSE(view->IsWithdrawn(TokenOf(kRecipient, 6), manifest));
}

TEST_F(ServedSnapshotsTest, RefusesAnOverlayThatGoesBackInTime) {
  ASSERT_TRUE(fixture_.Publish(kRecipient, "1", 0, 10).ok());
  const auto path = fixture_.folder().root() / kRecipient / "withdrawn.sealed";
  const Uuid token = TokenOf(kRecipient, 3);
  ASSERT_TRUE(AddWithdrawals(fixture_.folder(), kRecipient, {}, fixture_.entropy, {}).ok());
  const Bytes old = ReadFile(path).value();
  ASSERT_TRUE(AddWithdrawals(
                  fixture_.folder(), kRecipient, {Withdrawal{token, {}, ""}}, fixture_.entropy, {})
                  .ok());
  ServedSnapshots served = Serve();
  ASSERT_TRUE(served.Reload().ok());
  ASSERT_TRUE(WriteFileAtomically(path, old).ok());
  EXPECT_EQ(served.Reload().status().code(), StatusCode::kCorrupt);
  const auto view = served.Of(kRecipient);
  EXPECT_TRUE(view->IsWithdrawn(token, view->snapshots.at("loyalty")->manifest));
}

TEST_F(ServedSnapshotsTest, WithALogKeyOnlySignedManifestsAreServed) {
  const auto key = crypto::Ed25519PrivateKey::FromSeed(fixture_.entropy.RandomSecret(32));
  const auto verifier = crypto::VerifierKey::Create("log", key.PublicKey()).value();
  pipelines::SnapshotFiles files = fixture_.Files(kRecipient, "1", 0, 10);
  ASSERT_TRUE(fixture_.folder().Publish(files, 1).ok());
  ServedSnapshots served = Serve(verifier);
  EXPECT_FALSE(served.Reload().ok());
  pipelines::SnapshotFiles next = fixture_.Files(kRecipient, "2", 0, 10);
  next.note = crypto::SignNote(next.note, "log", key).value().Text();
  ASSERT_TRUE(fixture_.folder().Publish(next, 1).ok());
  EXPECT_EQ(served.Reload().value(), 1);
}

TEST_F(ServedSnapshotsTest, UnderAPolicyASnapshotIsServedOnlyWithAQuorumOfWitnesses) {
  const auto seed = fixture_.entropy.RandomSecret(32);
  const auto witness_key = crypto::Ed25519PrivateKey::FromSeed(fixture_.entropy.RandomSecret(32));
  const auto store = crypto::NewMemoryStore();
  const auto log = crypto::AuditLog::Open(
      *store, crypto::Ed25519PrivateKey::FromSeed(seed), "log", fixture_.clock);
  ASSERT_TRUE(log.ok());
  const auto witness =
      crypto::VerifierKey::Create("w", witness_key.PublicKey(), crypto::KeyType::kWitness);
  const auto policy = crypto::LogPolicy::FromText("log " + (*log)->key().Text() + "\nwitness w " +
                                                  witness->Text() + "\nquorum w\n");
  ASSERT_TRUE(policy.ok());
  ServedSnapshots served = Serve();
  served.RequireProof(*policy);

  /// Publishes a version that the log announces; perhaps cosigned.
  const auto publish = [&](const std::string& version, bool cosigned, bool with_receipt) {
    pipelines::SnapshotFiles files = fixture_.Files(kRecipient, version, 0, 10);
    pipelines::SnapshotManifest& manifest = files.manifest;
    manifest.audit_index = (*log)->size();
    manifest.content_digest = manifest.plan_digest = std::string(64, 'a');
    crypto::AuditEvent event;
    event.type = "snapshot.published";
    event.facts = Json::Of({{"snapshot", manifest.name},
                            {"recipient", manifest.recipient},
                            {"version", manifest.version},
                            {"members", manifest.members},
                            {"content_digest", manifest.content_digest},
                            {"members_blob", manifest.members_blob},
                            {"plan_digest", manifest.plan_digest}});
    ASSERT_TRUE((*log)->Record(event).ok());
    crypto::SignedNote note = *crypto::SignedNote::FromText(*(*log)->SignCheckpoint());
    if (cosigned) {
      note.signatures.push_back(*crypto::Cosign(note.text, "w", witness_key, 100));
      ASSERT_TRUE((*log)->AddCosignatures(note).ok());
    }
    if (with_receipt) {
      files.receipt = *(*log)->ProveInclusion(manifest.audit_index);
      files.entry = std::string(AsText(*(*log)->reader().EntryBytes(manifest.audit_index)));
    }
    files.note =
        crypto::SignNote(
            pipelines::ManifestNoteText(manifest), "log", crypto::Ed25519PrivateKey::FromSeed(seed))
            ->Text();
    ASSERT_TRUE(fixture_.folder().Publish(files, 1).ok());
  };
  publish("1", /*cosigned=*/false, /*with_receipt=*/true);
  EXPECT_EQ(served.Reload().status().code(), StatusCode::kDenied);
  EXPECT_TRUE(served.Of(kRecipient)->snapshots.empty());
  publish("2", /*cosigned=*/true, /*with_receipt=*/true);
  ASSERT_EQ(served.Reload().value(), 1);
  EXPECT_EQ(served.Of(kRecipient)->snapshots.at("loyalty")->manifest.version, "2");
  publish("3", /*cosigned=*/true, /*with_receipt=*/false);
  EXPECT_EQ(served.Reload().status().code(), StatusCode::kDenied);
  EXPECT_EQ(served.Of(kRecipient)->snapshots.at("loyalty")->manifest.version, "2")
      << "what was served stays";
}

TEST_F(ServedSnapshotsTest, ASnapshotWhoseFolderIsGoneIsServedNoLonger) {
  ASSERT_TRUE(fixture_.Publish(kRecipient, "1", 0, 10).ok());
  ASSERT_TRUE(fixture_.Publish("ad_network", "1", 0, 5).ok());
  ServedSnapshots served = Serve();
  ASSERT_TRUE(served.Reload().ok());
  std::filesystem::remove_all(fixture_.folder().root() / kRecipient);
  ASSERT_TRUE(served.Reload().ok());
  EXPECT_EQ(served.Of(kRecipient), nullptr);
  EXPECT_NE(served.Of("ad_network"), nullptr);
}

}  // namespace
}  // namespace signet::coordinator
