#include "crypto/primitives/sha256.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto {
namespace {

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(ToHex(Sha256::Of({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256::Of(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256::Of(AsBytes(std::string(1000000, 'a')))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, TheSameInPiecesOfAnySize) {
  SeededEntropy entropy(1);
  Bytes bytes(300);
  entropy.Fill(bytes);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Sha256 hash;
    hash.Update(ByteView(bytes).first(cut));
    hash.Update(ByteView(bytes).subspan(cut));
    ASSERT_EQ(hash.Finish(), Sha256::Of(bytes)) << cut;
  }
}

TEST(Sha256, StartsAnewAfterFinishAndContinuesFromACopy) {
  Sha256 hash;
  hash.Update(AsBytes("prefix"));
  Sha256 copy = hash;
  hash.Update(AsBytes(" one"));
  copy.Update(AsBytes(" two"));
  EXPECT_EQ(hash.Finish(), Sha256::Of(AsBytes("prefix one")));
  EXPECT_EQ(copy.Finish(), Sha256::Of(AsBytes("prefix two")));
  hash.Update(AsBytes("abc"));
  EXPECT_EQ(hash.Finish(), Sha256::Of(AsBytes("abc")));
}

}  // namespace
}  // namespace signet::crypto
