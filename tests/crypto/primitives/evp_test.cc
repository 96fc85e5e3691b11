#include "crypto/primitives/evp.h"

#include <memory>

#include <gtest/gtest.h>

namespace signet::crypto::evp {
namespace {

TEST(Pool, MakesOnlyAsManyThingsAsAreOutAtOnce) {
  int made = 0;
  Pool<std::unique_ptr<int>> pool([&made] { return std::make_unique<int>(++made); });
  for (int i = 0; i < 10; ++i) {
    Pool<std::unique_ptr<int>>::Loan one(pool);
    Pool<std::unique_ptr<int>>::Loan two(pool);
    EXPECT_NE(**one, **two);
  }
  EXPECT_EQ(made, 2);
}

TEST(CipherDeathTest, ANameThatTheLibraryLacksIsABug) {
  EXPECT_EQ(Cipher("AES-256-GCM"), Cipher("AES-256-GCM"));
  EXPECT_DEATH(Cipher("AES-257-GCM"), "AES-257-GCM");
}

}  // namespace
}  // namespace signet::crypto::evp
