#include "policies/consent/alias_list.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

std::vector<SubjectAlias> SomeAliases() {
  SeededEntropy random(7);
  std::vector<SubjectAlias> aliases;
  aliases.reserve(5);
  for (int i = 0; i < 5; ++i) aliases.push_back({{random.RandomUuid()}, {random.RandomUuid()}});
  return aliases;
}

TEST(AliasList, ComesBackAsItWas) {
  EXPECT_EQ(DecodeAliases(EncodeAliases(SomeAliases())).value(), SomeAliases());
  EXPECT_TRUE(DecodeAliases(EncodeAliases({})).value().empty());
}

TEST(AliasList, WhatIsCutLongerOrForeignIsCorrupt) {
  const Bytes whole = EncodeAliases(SomeAliases());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(DecodeAliases(ByteView(whole).first(size)).status().code(), StatusCode::kCorrupt);
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(DecodeAliases(longer).status().code(), StatusCode::kCorrupt);
  Bytes foreign = whole;
  foreign[0] ^= 1;
  EXPECT_EQ(DecodeAliases(foreign).status().code(), StatusCode::kCorrupt);
}

TEST(AliasList, NobodyIsTheirOwnAlias) {
  std::vector<SubjectAlias> aliases = SomeAliases();
  aliases[1].to = aliases[1].from;
  EXPECT_EQ(DecodeAliases(EncodeAliases(aliases)).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::policies
