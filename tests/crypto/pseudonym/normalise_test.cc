#include "crypto/pseudonym/normalise.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto {
namespace {

std::string Of(LinkType type, std::string_view value) {
  std::string out;
  return Normalise(type, value, "FI", out) ? out : "<none>";
}

TEST(Normalise, SpellingsOfOneIdentifierAreOne) {
  struct Case {
    LinkType type;
    const char *value, *want;
  };
  for (const Case& c :
       {Case{LinkType::kEmail, "  Alice.Smith+news@Example.ORG ", "alice.smith+news@example.org"},
        {LinkType::kEmail, "mailto:alice@example.org", "alice@example.org"},
        {LinkType::kEmail, "alice@example.org.", "alice@example.org"},
        {LinkType::kEmail, "\uFF41lice@example.org", "alice@example.org"},
        {LinkType::kEmail, "STRASSE@example.de", "strasse@example.de"},
        {LinkType::kEmail, "Stra\u00DFe@example.de", "strasse@example.de"},
        {LinkType::kEmail, "al\u200Bice@example.org\u00A0", "alice@example.org"},
        {LinkType::kPhone, " 040 123 4567", "+358401234567"},
        {LinkType::kPhone, "\uFF10\uFF14\uFF10 1234567", "+358401234567"},
        {LinkType::kCard, "6035-1234 5678", "603512345678"},
        {LinkType::kCard, "lc-0012", "lc0012"},
        {LinkType::kId, "C-000 17\t", "c-000 17"},
        {LinkType::kCookie, " AbC123== ", "AbC123=="},
        {LinkType::kDevice,
         "6D92078A-8246-4BA4-AE5B-76104861E7DC",
         "6d92078a-8246-4ba4-ae5b-76104861e7dc"}}) {
    EXPECT_EQ(Of(c.type, c.value), c.want) << c.value;
  }
}

TEST(Normalise, WhatIdentifiesNobodyIsRefused) {
  struct Case {
    LinkType type;
    const char* value;
  };
  for (const Case& c : {Case{LinkType::kId, ""},
                        {LinkType::kId, "   \t"},
                        {LinkType::kId, "a\nb"},
                        {LinkType::kId, "bad \xFF utf-8"},
                        {LinkType::kId, "\u200B"},
                        {LinkType::kCard, "- -"},
                        {LinkType::kEmail, "alice"},
                        {LinkType::kEmail, "@example.org"},
                        {LinkType::kEmail, "alice@"},
                        {LinkType::kEmail, "alice@."},
                        {LinkType::kEmail, "a b@example.org"},
                        {LinkType::kEmail, "a@b@example.org"},
                        {LinkType::kEmail, "mailto:"},
                        {LinkType::kPhone, "none"}}) {
    EXPECT_EQ(Of(c.type, c.value), "<none>") << c.value;
  }
  EXPECT_EQ(Of(LinkType::kId, std::string(5000, 'a')), "<none>");
}

TEST(Normalise, AppendsAndLeavesTheBufferWhenItRefuses) {
  std::string out = "kept";
  EXPECT_FALSE(Normalise(LinkType::kEmail, "no address", "FI", out));
  EXPECT_EQ(out, "kept");
  EXPECT_TRUE(Normalise(LinkType::kEmail, "mailto:A@b.c.", "FI", out));
  EXPECT_EQ(out, "kepta@b.c");
}

/// A text of random code points, half of them from where normalisation has work to do.
std::string RandomText(SeededEntropy& entropy) {
  std::string text;
  for (uint64_t n = entropy.Next() % 12; n > 0; --n) {
    const uint64_t pick = entropy.Next();
    const uint64_t ranges[][2] = {{0x20, 0x7E}, {0xA0, 0x600}, {0x1D00, 0x2200}, {0xF900, 0xFFEF}};
    const auto& range = ranges[pick % 4];
    const auto point = static_cast<uint32_t>(range[0] + (pick >> 8) % (range[1] - range[0]));
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xC0 | point >> 6);
      text += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      text += static_cast<char>(0xE0 | point >> 12);
      text += static_cast<char>(0x80 | (point >> 6 & 0x3F));
      text += static_cast<char>(0x80 | (point & 0x3F));
    }
  }
  return text;
}

TEST(Normalise, IsIdempotentOnRandomTexts) {
  SeededEntropy entropy(99);
  int usable = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(entropy);
    for (const LinkType type : {LinkType::kId, LinkType::kCard, LinkType::kCookie}) {
      const std::string once = Of(type, text);
      if (once == "<none>") continue;
      ++usable;
      ASSERT_EQ(Of(type, once), once) << i;
    }
  }
  EXPECT_GT(usable, 20000);
}

TEST(Normalise, TheShortPathForAsciiEqualsTheLongOne) {
  // A zero-width space forces the long path and vanishes in it.
  SeededEntropy entropy(98);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (uint64_t n = entropy.Next() % 10; n > 0; --n) {
      text += static_cast<char>(entropy.Next() % 128);
    }
    for (const LinkType type : {LinkType::kId, LinkType::kCookie, LinkType::kEmail}) {
      ASSERT_EQ(Of(type, text), Of(type, text + "\u200B")) << i;
    }
  }
}

TEST(IsPhoneRegion, AnswersForDocuments) {
  EXPECT_TRUE(IsPhoneRegion("FI"));
  EXPECT_FALSE(IsPhoneRegion("Finland"));
}

}  // namespace
}  // namespace signet::crypto
