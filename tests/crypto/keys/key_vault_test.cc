#include "crypto/keys/key_vault.h"

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/keys/file_custody.h"
#include "crypto/store/faulting_store.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

constexpr Timestamp kNoon{1795348800000000};  // 2026-11-22T12:00:00Z
DekScope SomeScope() {
  return {"features", "1", 3, "ordinary"};
}

/// Every entry of a store: a copy from which a thief or a backup could start.
std::unique_ptr<KvStore> CopyOf(KvStore& store) {
  std::unique_ptr<KvStore> copy = NewMemoryStore();
  WriteBatch batch;
  const Status scanned = store.Scan("", [&batch](std::string_view key, ByteView value) {
    batch.Put(std::string(key), Bytes(value.begin(), value.end()));
    return OkStatus();
  });
  EXPECT_TRUE(scanned.ok());
  EXPECT_TRUE(copy->Write(batch, Durability::kSync).ok());
  return copy;
}

class KeyVaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    custody_ = FileCustody::Open(scratch_.path() / "custody", entropy_).value();
    store_ = NewMemoryStore();
    vault_ = OpenOn(*store_);
  }
  std::unique_ptr<KeyVault> OpenOn(KvStore& store) {
    auto vault = KeyVault::Open(*custody_, store, entropy_, clock_);
    EXPECT_TRUE(vault.ok()) << vault.status().message();
    return vault.ok() ? std::move(vault).value() : nullptr;
  }
  DekId NewDek(const DekScope& scope = SomeScope()) {
    WriteBatch batch;
    DekId id = vault_->NewDek(scope, batch).value();
    EXPECT_TRUE(store_->Write(batch, Durability::kSync).ok());
    return id;
  }
  /// The three steps of an erasure's second stage.
  void Rotate() {
    WriteBatch batch;
    ASSERT_TRUE(vault_->RotateKek(batch).ok());
    ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
    ASSERT_TRUE(vault_->DestroyOldKeks(clock_.Now()).ok());
  }
  std::string HexOf(const DekId& id) { return ToHex(vault_->OpenDek(id)->ExposeSecret()); }

  testing_support::ScratchFolder scratch_;
  SystemEntropy entropy_;
  ManualClock clock_{kNoon};
  std::unique_ptr<FileCustody> custody_;
  std::unique_ptr<KvStore> store_;
  std::unique_ptr<KeyVault> vault_;
};

TEST_F(KeyVaultTest, DeksAreRandomDistinctAndOpenAgainAfterReopening) {
  std::set<std::string> keys;
  std::vector<DekId> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(NewDek());
    EXPECT_TRUE(keys.insert(HexOf(ids.back())).second) << "even for one scope";
  }
  const std::string first = HexOf(ids[0]);
  vault_ = OpenOn(*store_);
  EXPECT_EQ(HexOf(ids[0]), first);
  EXPECT_EQ(*vault_->ScopeOf(ids[0]), SomeScope());
}

TEST_F(KeyVaultTest, ADekOpensBeforeItsBatchIsWrittenAndIsGoneWithAnUnwrittenOne) {
  WriteBatch batch;
  const DekId id = *vault_->NewDek(SomeScope(), batch);
  EXPECT_TRUE(vault_->OpenDek(id).ok());
  EXPECT_EQ(OpenOn(*store_)->OpenDek(id).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  EXPECT_EQ(ToHex(OpenOn(*store_)->OpenDek(id)->ExposeSecret()), HexOf(id));
}

TEST_F(KeyVaultTest, ADekOpensOnlyForItsScope) {
  const DekId id = NewDek();
  EXPECT_TRUE(vault_->OpenDek(id, SomeScope()).ok());
  for (const DekScope& other : {DekScope{"scores", "1", 3, "ordinary"},
                                DekScope{"features", "2", 3, "ordinary"},
                                DekScope{"features", "1", 4, "ordinary"},
                                DekScope{"features", "1", 3, "sensitive"}}) {
    EXPECT_EQ(vault_->OpenDek(id, other).status().code(), StatusCode::kCorrupt) << ScopeText(other);
  }
}

TEST_F(KeyVaultTest, ARecordMovedToAnotherIdOrChangedDoesNotOpen) {
  const DekId mine = NewDek({"features", "1", 3, "ordinary"});
  const DekId theirs = NewDek({"features", "1", 3, "sensitive"});
  const std::string prefix = "keys/dek/";
  const Bytes record = *store_->Require(prefix + theirs.text());
  ASSERT_TRUE(store_->Put(prefix + mine.text(), record).ok());
  EXPECT_EQ(vault_->OpenDek(mine).status().code(), StatusCode::kCorrupt);
  for (size_t i = 0; i < record.size(); ++i) {
    Bytes changed = record;
    changed[i] = static_cast<uint8_t>(changed[i] ^ 1);
    ASSERT_TRUE(store_->Put(prefix + theirs.text(), changed).ok());
    // Bytes 5 to 12 are the time it was made, which binds nothing.
    ASSERT_EQ(vault_->OpenDek(theirs).ok(), i >= 5 && i <= 12) << i;
  }
}

TEST_F(KeyVaultTest, ADestroyedDekIsNotFound) {
  const DekId id = NewDek();
  WriteBatch batch;
  ASSERT_TRUE(vault_->DestroyDek(id, batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  EXPECT_EQ(vault_->OpenDek(id).status().code(), StatusCode::kNotFound);
  WriteBatch again;
  EXPECT_EQ(vault_->DestroyDek(id, again).code(), StatusCode::kNotFound);
}

TEST_F(KeyVaultTest, RotationKeepsEveryLiveDekAndItsKey) {
  std::vector<std::pair<DekId, std::string>> keys;
  for (int i = 0; i < 50; ++i) {
    const DekId id = NewDek({"d" + std::to_string(i), "1", i, "ordinary"});
    keys.emplace_back(id, HexOf(id));
  }
  for (uint32_t round = 2; round <= 4; ++round) {
    Rotate();
    EXPECT_EQ(vault_->kek_generation(), round);
    for (const auto& [id, key] : keys) ASSERT_EQ(HexOf(id), key);
  }
  vault_ = OpenOn(*store_);
  for (const auto& [id, key] : keys) ASSERT_EQ(HexOf(id), key);
}

TEST_F(KeyVaultTest, RotationSeesWhatItsOwnBatchMakesAndDestroys) {
  const DekId old = NewDek();
  WriteBatch batch;
  const DekId fresh = *vault_->NewDek({"features", "2", 3, "ordinary"}, batch);
  ASSERT_TRUE(vault_->DestroyDek(old, batch).ok());
  ASSERT_TRUE(vault_->RotateKek(batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  ASSERT_TRUE(vault_->DestroyOldKeks(kNoon).ok());
  EXPECT_TRUE(vault_->OpenDek(fresh).ok());
  EXPECT_EQ(vault_->OpenDek(old).status().code(), StatusCode::kNotFound);
}

// The attack that erasure must withstand: a backup of the store, taken before, is brought back.
TEST_F(KeyVaultTest, ADestroyedGenerationCannotBeOpenedAgainEvenFromAnOldCopyOfTheStore) {
  const DekId erased = NewDek();
  const std::unique_ptr<KvStore> old_copy = CopyOf(*store_);
  WriteBatch batch;
  ASSERT_TRUE(vault_->DestroyDek(erased, batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  Rotate();
  // As a whole, the copy is refused, with both generations in the text.
  const auto reopened = KeyVault::Open(*custody_, *old_copy, entropy_, clock_);
  ASSERT_FALSE(reopened.ok());
  EXPECT_EQ(reopened.status().code(), StatusCode::kCorrupt);
  for (const char* part :
       {"older copy", "KEK generation 1", "destroyed on 2026-11-22", "generation 2"}) {
    EXPECT_NE(reopened.status().message().find(part), std::string::npos)
        << reopened.status().message();
  }
  // And its record, smuggled into today's store, does not open: the key is gone.
  const std::string key = "keys/dek/" + erased.text();
  ASSERT_TRUE(store_->Put(key, *old_copy->Require(key)).ok());
  const auto opened = vault_->OpenDek(erased);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(opened.status().message().find("features version 1"), std::string::npos);
  EXPECT_NE(opened.status().message().find("destroyed on 2026-11-22"), std::string::npos);
  // It does not stand in the way of the next erasure either.
  Rotate();
  EXPECT_EQ(vault_->kek_generation(), 3U);
}

TEST_F(KeyVaultTest, AThiefWithTheOldStoreAndTodaysCustodyFindsNoKeyThatUnwraps) {
  const DekId erased = NewDek();
  const Bytes record_bytes = *store_->Require("keys/dek/" + erased.text());
  Rotate();
  const DekRecord record = *DecodeDekRecord(record_bytes);
  std::vector<SecretBytes> all;
  all.push_back(custody_->BaseKey().value());
  for (const KeyUse use : {KeyUse::kLink, KeyUse::kStore, KeyUse::kLog}) {
    all.push_back(vault_->Derive(use, ""));
  }
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.path() / "custody")) {
    const Bytes file = *ReadFile(entry.path());
    for (size_t at = 0; at + 32 <= file.size(); ++at) {
      all.push_back(SecretBytes::CopyOf(ByteView(file).subspan(at, 32)));
    }
  }
  ASSERT_GT(all.size(), 30U);
  for (const SecretBytes& key : all) {
    EXPECT_FALSE(UnwrapFrom(record, SoftKey(key.Clone()), erased).ok());
  }
  EXPECT_FALSE(UnwrapFrom(record, *custody_->Kek(2).value(), erased).ok());
}

TEST_F(KeyVaultTest, ACrashBetweenTheStepsOfARotationLosesNothing) {
  const DekId id = NewDek();
  const std::string key = HexOf(id);
  WriteBatch lost;
  ASSERT_EQ(*vault_->RotateKek(lost), 2U);  // crash before the batch is written
  vault_ = OpenOn(*store_);
  EXPECT_EQ(vault_->kek_generation(), 1U);
  EXPECT_EQ(HexOf(id), key);
  WriteBatch written;
  ASSERT_EQ(*vault_->RotateKek(written), 3U);
  ASSERT_TRUE(store_->Write(written, Durability::kSync).ok());
  vault_ = OpenOn(*store_);  // crash before DestroyOldKeks
  EXPECT_EQ(vault_->kek_generation(), 3U);
  EXPECT_EQ(*custody_->CurrentKek(), 3U);
  EXPECT_EQ(HexOf(id), key);
  EXPECT_TRUE(custody_->Kek(1).ok());
  ASSERT_TRUE(vault_->DestroyOldKeks(kNoon).ok());
  EXPECT_EQ(custody_->Kek(1).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(custody_->Kek(2).status().code(), StatusCode::kCorrupt) << "the one of the crash too";
  EXPECT_EQ(HexOf(id), key);
}

TEST_F(KeyVaultTest, OldKeksAreNotDestroyedBeforeTheBatchIsWritten) {
  const DekId id = NewDek();
  WriteBatch batch;
  ASSERT_TRUE(vault_->RotateKek(batch).ok());
  EXPECT_EQ(vault_->DestroyOldKeks(kNoon).code(), StatusCode::kConflict);
  EXPECT_TRUE(vault_->OpenDek(id).ok());
  EXPECT_TRUE(custody_->Kek(1).ok());
}

TEST_F(KeyVaultTest, OldKeksAreNotDestroyedWhileALiveDekNeedsThem) {
  WriteBatch late;
  const DekId id = *vault_->NewDek(SomeScope(), late);
  WriteBatch batch;
  ASSERT_TRUE(vault_->RotateKek(batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  ASSERT_TRUE(store_->Write(late, Durability::kSync).ok());  // the wrong order
  EXPECT_EQ(vault_->DestroyOldKeks(kNoon).code(), StatusCode::kConflict);
  Rotate();
  EXPECT_TRUE(vault_->OpenDek(id).ok());
}

TEST_F(KeyVaultTest, APowerCutAfterTheDestructionFindsTheRotationInTheStore) {
  FaultingStore faulting(*store_);
  vault_ = OpenOn(faulting);
  WriteBatch made;
  const DekId id = *vault_->NewDek(SomeScope(), made);
  ASSERT_TRUE(faulting.Write(made, Durability::kSync).ok());
  const std::string key = HexOf(id);
  WriteBatch batch;
  ASSERT_TRUE(vault_->RotateKek(batch).ok());
  ASSERT_TRUE(faulting.Write(batch, Durability::kNoSync).ok());  // a careless caller
  ASSERT_TRUE(vault_->DestroyOldKeks(kNoon).ok());
  ASSERT_TRUE(faulting.LosePower().ok());
  vault_ = OpenOn(faulting);
  ASSERT_NE(vault_, nullptr);
  EXPECT_EQ(HexOf(id), key);
}

TEST_F(KeyVaultTest, AFailedBarrierDestroysNothing) {
  FaultingStore faulting(*store_);
  vault_ = OpenOn(faulting);
  WriteBatch batch;
  ASSERT_TRUE(vault_->RotateKek(batch).ok());
  ASSERT_TRUE(faulting.Write(batch, Durability::kNoSync).ok());
  faulting.FailWrite(WriteFault::kRefused);
  EXPECT_EQ(vault_->DestroyOldKeks(kNoon).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(custody_->Kek(1).ok());
  EXPECT_TRUE(vault_->DestroyOldKeks(kNoon).ok());
}

TEST_F(KeyVaultTest, CustodyOfAnotherStateIsRefused) {
  const auto other = FileCustody::Open(scratch_.path() / "other", entropy_).value();
  const auto opened = KeyVault::Open(*other, *store_, entropy_, clock_);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(opened.status().message().find("another state"), std::string::npos);
}

TEST_F(KeyVaultTest, AnEmptyStoreIsRefusedByACustodyThatHasBeenUsed) {
  const std::unique_ptr<KvStore> empty = NewMemoryStore();
  const auto opened = KeyVault::Open(*custody_, *empty, entropy_, clock_);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(opened.status().message().find("generation 1"), std::string::npos);
}

TEST_F(KeyVaultTest, AnOlderCopyOfCustodyIsRefused) {
  std::filesystem::copy(scratch_.path() / "custody", scratch_.path() / "copy");
  Rotate();
  const auto copy = FileCustody::Open(scratch_.path() / "copy", entropy_).value();
  const auto opened = KeyVault::Open(*copy, *store_, entropy_, clock_);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(opened.status().message().find("generation 2"), std::string::npos);
}

TEST_F(KeyVaultTest, DerivedKeysOutliveRotation) {
  const std::string before = ToHex(vault_->Derive(KeyUse::kLink, "").ExposeSecret());
  Rotate();
  EXPECT_EQ(ToHex(vault_->Derive(KeyUse::kLink, "").ExposeSecret()), before);
  EXPECT_NE(ToHex(vault_->Derive(KeyUse::kSuppression, "").ExposeSecret()), before);
}

TEST_F(KeyVaultTest, ScopesThatSayNothingAreRefused) {
  WriteBatch batch;
  for (const DekScope& scope : {DekScope{"", "1", 0, "ordinary"},
                                DekScope{"d", "1", 0, ""},
                                DekScope{std::string(1025, 'd'), "1", 0, "ordinary"}}) {
    EXPECT_EQ(vault_->NewDek(scope, batch).status().code(), StatusCode::kInvalid);
  }
  EXPECT_TRUE(batch.empty());
}

TEST_F(KeyVaultTest, ListShowsGenerationsAndNoKey) {
  const DekId id = NewDek();
  const std::string key = HexOf(id);
  Rotate();
  const Json list = *vault_->List();
  EXPECT_EQ(
      list.Dump(),
      R"({"current":2,"deks":1,"generations":[)"
      R"({"deks":0,"destroyed_at":"2026-11-22T12:00:00Z","generation":1,"state":"destroyed"},)"
      R"({"deks":1,"generation":2,"state":"current"}]})");
}

TEST_F(KeyVaultTest, ServesSeveralThreads) {
  std::vector<int> opened(4, 0);
  std::vector<std::thread> threads;
  threads.reserve(opened.size());
  for (int& count : opened) {
    threads.emplace_back([this, &count] {
      for (int i = 0; i < 50; ++i) {
        WriteBatch batch;
        const auto id = vault_->NewDek(SomeScope(), batch);
        if (!id.ok() || !store_->Write(batch, Durability::kSync).ok()) return;
        count += vault_->OpenDek(*id).ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, std::vector<int>(4, 50));
}

// The whole thing on disk: RocksDB, a folder copied away, an erasure, the folder copied back.
TEST_F(KeyVaultTest, ARestoredStateFolderIsRefusedAfterAnErasure) {
  const auto state = scratch_.path() / "state";
  const auto custody = FileCustody::Open(scratch_.path() / "custody2", entropy_).value();
  const auto open_store = [&] {
    return OpenRocksStore(
               state, DeriveKey(*custody->BaseKey(), KeyUse::kStore, "journal"), entropy_)
        .value();
  };
  std::unique_ptr<KvStore> store = open_store();
  auto vault = KeyVault::Open(*custody, *store, entropy_, clock_).value();
  WriteBatch made;
  const DekId id = *vault->NewDek(SomeScope(), made);
  ASSERT_TRUE(store->Write(made, Durability::kSync).ok());
  vault.reset();
  store.reset();
  std::filesystem::copy(
      state, scratch_.path() / "backup", std::filesystem::copy_options::recursive);

  store = open_store();
  vault = KeyVault::Open(*custody, *store, entropy_, clock_).value();
  WriteBatch erase;
  ASSERT_TRUE(vault->DestroyDek(id, erase).ok());
  ASSERT_TRUE(vault->RotateKek(erase).ok());
  ASSERT_TRUE(store->Write(erase, Durability::kSync).ok());
  ASSERT_TRUE(vault->DestroyOldKeks(clock_.Now()).ok());
  vault.reset();
  store.reset();

  std::filesystem::remove_all(state);
  std::filesystem::copy(
      scratch_.path() / "backup", state, std::filesystem::copy_options::recursive);
  store = open_store();
  const auto restored = KeyVault::Open(*custody, *store, entropy_, clock_);
  EXPECT_EQ(restored.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(restored.status().message().find("older copy"), std::string::npos);
}

TEST_F(KeyVaultTest, RotatesManyDeksAtOnce) {
  WriteBatch batch;
  for (int i = 0; i < 10000; ++i) {
    ASSERT_TRUE(vault_->NewDek({"d", "1", i, "ordinary"}, batch).ok());
  }
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  Rotate();
  EXPECT_EQ((*vault_->List())["generations"].items()[1]["deks"].AsInt(), 10000);
}

}  // namespace
}  // namespace signet::crypto
