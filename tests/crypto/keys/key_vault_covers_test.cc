// Covers over the values of link and suppression keys; how they go on under a new root is in
// new_root_test.cc.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/store/kv_store.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

class KeyCoversTest : public ::testing::Test {
 protected:
  testing_support::ScratchFolder scratch_;
  SystemEntropy entropy_;
  ManualClock clock_{Timestamp{1795348800000000}};  // 2026-11-22T12:00:00Z
  std::unique_ptr<FileCustody> custody_ =
      FileCustody::Open(scratch_.path() / "custody", entropy_).value();
  std::unique_ptr<KvStore> store_ = NewMemoryStore();
  std::unique_ptr<KeyVault> vault_ = KeyVault::Open(*custody_, *store_, entropy_, clock_).value();
};

TEST_F(KeyCoversTest, CoversStandBehindTheKeysOfLinksAndListOnceTheyAreWritten) {
  const auto hex = [](const SecretBytes& key) { return ToHex(key.ExposeSecret()); };
  const std::string link = hex(vault_->Derive(KeyUse::kLink, ""));
  const std::string list = hex(vault_->Derive(KeyUse::kSuppression, ""));
  EXPECT_EQ(hex(vault_->LinkKey()), link);
  EXPECT_EQ(hex(vault_->SuppressionKey()), list);
  WriteBatch unwritten;
  ASSERT_TRUE(vault_->MakeCovers(unwritten).ok());
  ASSERT_TRUE(vault_->TakeCovers().ok());
  EXPECT_EQ(hex(vault_->LinkKey()), link) << "nothing of it was written";

  WriteBatch batch;
  const auto first = vault_->MakeCovers(batch);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->links.size(), 32U) << "no cover before";
  ASSERT_TRUE(store_->Write(batch, Durability::kSync).ok());
  EXPECT_EQ(hex(vault_->LinkKey()), link) << "not before it is taken";
  ASSERT_TRUE(vault_->TakeCovers().ok());
  EXPECT_EQ(hex(vault_->LinkKey()), link + hex(first->links));
  EXPECT_EQ(hex(vault_->SuppressionKey()), list + hex(first->links) + hex(first->suppression));

  WriteBatch again;
  const auto second = vault_->MakeCovers(again);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(hex(second->links).substr(0, 64), hex(first->links));
  ASSERT_TRUE(store_->Write(again, Durability::kSync).ok());
  WriteBatch rotated;
  ASSERT_TRUE(vault_->RotateKek(rotated).ok());
  ASSERT_TRUE(store_->Write(rotated, Durability::kSync).ok());
  ASSERT_TRUE(vault_->DestroyOldKeks(clock_.Now()).ok());
  vault_ = KeyVault::Open(*custody_, *store_, entropy_, clock_).value();
  EXPECT_EQ(hex(vault_->LinkKey()), link + hex(second->links).substr(64)) << "one, not two";
}

}  // namespace
}  // namespace signet::crypto
