// What a vault hands over to that of a new root: data keys, and derived keys that must last.
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/store/kv_store.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

constexpr Timestamp kNoon{1795348800000000};  // 2026-11-22T12:00:00Z
DekScope SomeScope() {
  return {"features", "1", 3, "ordinary"};
}

/// The vault of a new root, beside the one of the fixture.
struct NextRoot {
  explicit NextRoot(const std::filesystem::path& folder, Entropy& entropy, Clock& clock)
      : custody(FileCustody::Open(folder, entropy).value()),
        store(NewMemoryStore()),
        vault(KeyVault::Open(*custody, *store, entropy, clock).value()) {}
  void Reopen(Entropy& entropy, Clock& clock) {
    vault = KeyVault::Open(*custody, *store, entropy, clock).value();
  }

  std::unique_ptr<FileCustody> custody;
  std::unique_ptr<KvStore> store;
  std::unique_ptr<KeyVault> vault;
};

class NewRootTest : public ::testing::Test {
 protected:
  void SetUp() override {
    custody_ = FileCustody::Open(scratch_.path() / "custody", entropy_).value();
    store_ = NewMemoryStore();
    vault_ = KeyVault::Open(*custody_, *store_, entropy_, clock_).value();
  }
  DekId NewDek(const DekScope& scope = SomeScope()) {
    WriteBatch batch;
    DekId id = vault_->NewDek(scope, batch).value();
    EXPECT_TRUE(store_->Write(batch, Durability::kSync).ok());
    return id;
  }
  std::string HexOf(const DekId& id) { return ToHex(vault_->OpenDek(id)->ExposeSecret()); }

  testing_support::ScratchFolder scratch_;
  SystemEntropy entropy_;
  ManualClock clock_{kNoon};
  std::unique_ptr<FileCustody> custody_;
  std::unique_ptr<KvStore> store_;
  std::unique_ptr<KeyVault> vault_;
};

TEST_F(NewRootTest, EveryLiveDekIsVisitedOnceAndADestroyedOneIsNot) {
  std::map<DekId, DekScope> made;
  for (int partition = 0; partition < 5; ++partition) {
    const DekScope scope{"orders", "run-1", partition, "ordinary"};
    made.emplace(NewDek(scope), scope);
  }
  const DekId gone = NewDek();
  WriteBatch batch;
  ASSERT_TRUE(vault_->DestroyDek(gone, batch).ok());
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  std::map<DekId, DekScope> seen;
  ASSERT_TRUE(vault_
                  ->ForEachDek([&seen](const DekId& id, const DekScope& scope) {
                    EXPECT_TRUE(seen.emplace(id, scope).second) << "twice";
                    return OkStatus();
                  })
                  .ok());
  EXPECT_EQ(seen, made);
  int visited = 0;
  const Status stopped = vault_->ForEachDek([&visited](const DekId&, const DekScope&) {
    return ++visited == 2 ? Unavailable("enough") : OkStatus();
  });
  EXPECT_EQ(stopped.code(), StatusCode::kUnavailable) << "what the visitor says ends the visit";
  EXPECT_EQ(visited, 2);
}

TEST_F(NewRootTest, AnAdoptedDekIsTheSameKeyUnderTheNewRootForItsScopeAlone) {
  const DekId id = NewDek();
  NextRoot next(scratch_.path() / "next", entropy_, clock_);
  WriteBatch batch;
  const SecretBytes dek = vault_->OpenDek(id).value();
  ASSERT_TRUE(next.vault->AdoptDek(id, SomeScope(), dek, batch).ok());
  ASSERT_TRUE(next.store->Write(batch, Durability::kSync).ok());
  next.Reopen(entropy_, clock_);
  EXPECT_EQ(ToHex(next.vault->OpenDek(id, SomeScope())->ExposeSecret()), HexOf(id));
  EXPECT_EQ(next.vault->OpenDek(id, {"features", "2", 3, "ordinary"}).status().code(),
            StatusCode::kCorrupt);
  // Its record opens under the new root only, and no second key takes its id.
  const Bytes record = next.store->Get("keys/dek/" + id.text()).value().value();
  const Bytes before = store_->Get("keys/dek/" + id.text()).value().value();
  EXPECT_NE(record, before);
  WriteBatch again;
  const SecretBytes other = entropy_.RandomSecret(32);
  EXPECT_EQ(next.vault->AdoptDek(id, SomeScope(), other, again).code(), StatusCode::kConflict);
  EXPECT_EQ(ToHex(next.vault->OpenDek(id)->ExposeSecret()), HexOf(id));
  // It lives on there like any other: a rotation keeps it, destruction ends it.
  WriteBatch rotated;
  ASSERT_TRUE(next.vault->RotateKek(rotated).ok());
  ASSERT_TRUE(next.store->Write(rotated, Durability::kSync).ok());
  ASSERT_TRUE(next.vault->DestroyOldKeks(clock_.Now()).ok());
  EXPECT_EQ(ToHex(next.vault->OpenDek(id)->ExposeSecret()), HexOf(id));
}

TEST_F(NewRootTest, WhatIsCarriedOverIsDerivedFromThenOnSealedAndOnlyForItsUse) {
  NextRoot next(scratch_.path() / "next", entropy_, clock_);
  const SecretBytes link = vault_->Derive(KeyUse::kLink, "");
  const auto hex_of = [](const KeyVault& vault, KeyUse use) {
    return ToHex(vault.Derive(use, "").ExposeSecret());
  };
  ASSERT_NE(hex_of(*next.vault, KeyUse::kLink), hex_of(*vault_, KeyUse::kLink));
  WriteBatch batch;
  ASSERT_TRUE(next.vault->CarryOver(KeyUse::kLink, link, batch).ok());
  ASSERT_TRUE(next.store->Write(batch, Durability::kSync).ok());
  next.Reopen(entropy_, clock_);
  EXPECT_EQ(hex_of(*next.vault, KeyUse::kLink), hex_of(*vault_, KeyUse::kLink));
  EXPECT_NE(hex_of(*next.vault, KeyUse::kSuppression), hex_of(*vault_, KeyUse::kSuppression));
  // The store holds it wrapped: no value has its bytes.
  const std::string plain(AsText(link.ExposeSecret()));
  ASSERT_TRUE(next.store
                  ->Scan("",
                         [&plain](std::string_view, ByteView value) {
                           EXPECT_EQ(AsText(value).find(plain), std::string_view::npos);
                           return OkStatus();
                         })
                  .ok());
  // A store that was put beside another root gives it to nobody.
  const auto stranger = FileCustody::Open(scratch_.path() / "stranger", entropy_).value();
  EXPECT_FALSE(KeyVault::Open(*stranger, *next.store, entropy_, clock_).ok());
}

TEST_F(NewRootTest, CoversGoOnUnderTheNewRoot) {
  WriteBatch made;
  ASSERT_TRUE(vault_->MakeCovers(made).ok());
  ASSERT_TRUE(store_->Write(made, Durability::kSync).ok());
  ASSERT_TRUE(vault_->TakeCovers().ok());
  NextRoot next(scratch_.path() / "next", entropy_, clock_);
  WriteBatch batch;
  ASSERT_TRUE(vault_
                  ->ForEachDek([&](const DekId& id, const DekScope& scope) -> Status {
                    ASSIGN_OR_RETURN(const SecretBytes dek, vault_->OpenDek(id));
                    return next.vault->AdoptDek(id, scope, dek, batch);
                  })
                  .ok());
  for (const KeyUse use : {KeyUse::kLink, KeyUse::kSuppression}) {
    ASSERT_TRUE(next.vault->CarryOver(use, vault_->Derive(use, ""), batch).ok());
  }
  ASSERT_TRUE(next.store->Write(batch, Durability::kSync).ok());
  next.Reopen(entropy_, clock_);
  EXPECT_EQ(ToHex(next.vault->LinkKey().ExposeSecret()), ToHex(vault_->LinkKey().ExposeSecret()));
  EXPECT_EQ(ToHex(next.vault->SuppressionKey().ExposeSecret()),
            ToHex(vault_->SuppressionKey().ExposeSecret()));
  // One of the two alone is a state that was tampered with.
  WriteBatch taken;
  taken.Delete("keys/dek/cover-suppression");
  ASSERT_TRUE(next.store->Write(taken, Durability::kSync).ok());
  EXPECT_EQ(next.vault->TakeCovers().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
