#include "crypto/primitives/uuid_v8.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(UuidV8, SetsVersionAndVariantAndKeepsTheOther122Bits) {
  for (const int fill : {0x00, 0xFF, 0xA5}) {
    Digest digest;
    digest.fill(static_cast<uint8_t>(fill));
    const Uuid uuid = UuidV8(digest);
    for (size_t i = 0; i < uuid.size(); ++i) {
      const int mask = i == 6 ? 0x0F : i == 8 ? 0x3F : 0xFF;
      EXPECT_EQ(uuid[i] & mask, fill & mask) << i;
    }
    EXPECT_EQ(uuid[6] >> 4, 8);
    EXPECT_EQ(uuid[8] >> 6, 2);
  }
}

}  // namespace
}  // namespace signet::crypto
