// What every custody promises: the same tests for files, for files under a systemd credential, and
// for a PKCS#11 token (SoftHSM2).
#include <filesystem>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "crypto/keys/custody.h"
#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/keys/pkcs11_custody.h"
#include "tests/crypto/keys/soft_token.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

constexpr Timestamp kNoon{1795348800000000};  // 2026-11-22T12:00:00Z

class CustodyContract : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) != "pkcs11") return;
    if (!token_testing::SoftToken::Available()) GTEST_SKIP() << "softhsm2 is not installed";
    token_.emplace();
  }

  /// Opened anew, as by the next process.
  std::unique_ptr<Custody> Open() {
    const std::string kind = GetParam();
    if (kind == "pkcs11") {
      return Taken(Pkcs11Custody::Open(token_->Open(), "state-1", /*make_root=*/true));
    }
    if (kind == "credential") {
      return Taken(
          FileCustody::OpenUnder(scratch_.path() / "custody", SeededEntropy(9).RandomSecret(32)));
    }
    return Taken(FileCustody::Open(scratch_.path() / "custody", entropy_));
  }
  template <typename T>
  static std::unique_ptr<Custody> Taken(Result<std::unique_ptr<T>> custody) {
    EXPECT_TRUE(custody.ok()) << custody.status().ToString();
    if (!custody.ok()) return nullptr;
    return std::move(custody).value();
  }
  static std::string Made(Custody& custody, uint32_t generation) {
    return ToHex(custody.Kek(generation).value()->Derive(AsBytes("x"))->ExposeSecret());
  }

  testing_support::ScratchFolder scratch_;
  SystemEntropy entropy_;
  std::optional<token_testing::SoftToken> token_;
};

TEST_P(CustodyContract, TheBaseKeyLastsAndHas32Bytes) {
  const SecretBytes base = Open()->BaseKey().value();
  EXPECT_EQ(base.size(), 32U);
  EXPECT_TRUE(ConstantTimeEqual(Open()->BaseKey()->ExposeSecret(), base.ExposeSecret()));
}

TEST_P(CustodyContract, GenerationsCountUpDifferLastAndGoOnlyForward) {
  auto custody = Open();
  EXPECT_EQ(*custody->CurrentKek(), 0U);
  EXPECT_EQ(*custody->NewestKek(), 0U);
  EXPECT_EQ(*custody->NewKek(entropy_), 1U);
  EXPECT_EQ(*custody->CurrentKek(), 0U) << "pending";
  ASSERT_TRUE(custody->ActivateKek(1).ok());
  EXPECT_EQ(*custody->NewKek(entropy_), 2U);
  const std::string first = Made(*custody, 1);
  EXPECT_NE(Made(*custody, 2), first);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  EXPECT_TRUE(custody->ActivateKek(2).ok());
  EXPECT_EQ(custody->ActivateKek(1).code(), StatusCode::kConflict);
  EXPECT_EQ(custody->ActivateKek(9).code(), StatusCode::kNotFound);
  EXPECT_EQ(custody->Kek(9).status().code(), StatusCode::kNotFound);
  custody.reset();
  custody = Open();
  EXPECT_EQ(*custody->CurrentKek(), 2U);
  EXPECT_EQ(*custody->NewestKek(), 2U);
  EXPECT_EQ(Made(*custody, 1), first) << "old keys last until they are destroyed";
}

TEST_P(CustodyContract, ADestroyedGenerationIsGoneForGoodAndItsDayStays) {
  auto custody = Open();
  ASSERT_EQ(*custody->NewKek(entropy_), 1U);
  ASSERT_EQ(*custody->NewKek(entropy_), 2U);
  ASSERT_TRUE(custody->ActivateKek(2).ok());
  EXPECT_EQ(custody->DestroyKek(2, kNoon).code(), StatusCode::kConflict) << "in use";
  EXPECT_EQ(custody->DestroyKek(7, kNoon).code(), StatusCode::kNotFound);
  ASSERT_TRUE(custody->DestroyKek(1, kNoon).ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(custody->Kek(1).status().code(), StatusCode::kCorrupt);
    EXPECT_NE(custody->Kek(1).status().message().find("destroyed on 2026-11-22"),
              std::string::npos);
    EXPECT_EQ(*custody->DestroyedAt(1), kNoon);
    EXPECT_FALSE(custody->DestroyedAt(2)->has_value());
    EXPECT_TRUE(custody->DestroyKek(1, Timestamp{}).ok());
    custody.reset();
    custody = Open();
  }
  EXPECT_EQ(*custody->NewKek(entropy_), 3U) << "numbers are never used again";
}

TEST_P(CustodyContract, AVaultOnItRotatesAndForgets) {
  const auto custody = Open();
  const auto store = NewMemoryStore();
  SystemClock clock;
  auto vault = KeyVault::Open(*custody, *store, entropy_, clock);
  ASSERT_TRUE(vault.ok()) << vault.status().ToString();
  WriteBatch made;
  const DekId kept = *vault.value()->NewDek({"features", "1", 3, "ordinary"}, made);
  const DekId shred = *vault.value()->NewDek({"features", "1", 4, "ordinary"}, made);
  ASSERT_TRUE(store->Write(made, Durability::kSync).ok());
  const Bytes old_record = *store->Require("keys/dek/" + shred.text());
  const std::string key = ToHex(vault.value()->OpenDek(kept)->ExposeSecret());
  WriteBatch rotation;
  ASSERT_TRUE(vault.value()->DestroyDek(shred, rotation).ok());
  ASSERT_EQ(*vault.value()->RotateKek(rotation), 2U);
  ASSERT_TRUE(store->Write(rotation, Durability::kSync).ok());
  ASSERT_TRUE(vault.value()->DestroyOldKeks(clock.Now()).ok());
  EXPECT_EQ(ToHex(vault.value()->OpenDek(kept)->ExposeSecret()), key);
  // A record from an old backup does not open: its KEK is gone.
  ASSERT_TRUE(store->Put("keys/dek/" + shred.text(), old_record).ok());
  EXPECT_EQ(vault.value()->OpenDek(shred).status().code(), StatusCode::kCorrupt);
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         CustodyContract,
                         ::testing::Values("file", "credential", "pkcs11"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace signet::crypto
