#include "policies/consent/bit_reader.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(BitReader, ReadsBitsMostSignificantFirstAndNotBeyondTheEnd) {
  BitReader bits = *BitReader::FromBase64Url("DB");  // 000011 000001
  EXPECT_EQ(*bits.Number(6), 3U);
  EXPECT_FALSE(*bits.Flag());
  EXPECT_EQ(*bits.Number(5), 1U);
  EXPECT_EQ(bits.bits_left(), 0U);
  EXPECT_EQ(bits.Flag().status().code(), StatusCode::kCorrupt);
}

TEST(BitReader, RefusesWhatIsNotWebSafeBase64) {
  for (const char* text : {"A+", "A/", "A=", "A ", "\xC3\xA4"}) {
    EXPECT_EQ(BitReader::FromBase64Url(text).status().code(), StatusCode::kCorrupt) << text;
  }
}

TEST(BitReader, ReadsTheFibonacciCodesOfTheSpecification) {
  struct Case {
    const char* bits;
    uint64_t number;
  };
  for (const Case& c : {Case{"11", 1},
                        Case{"011", 2},
                        Case{"0011", 3},
                        Case{"1011", 4},
                        Case{"00011", 5},
                        Case{"10011", 6},
                        Case{"01011", 7}}) {
    SCOPED_TRACE(c.bits);
    // Six bits a letter, filled up with zeros behind.
    unsigned value = 0;
    const std::string code(c.bits);
    for (size_t i = 0; i < 6; ++i) value = value * 2 + (i < code.size() && code[i] == '1' ? 1 : 0);
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    BitReader bits = *BitReader::FromBase64Url(letters.substr(value, 1));
    EXPECT_EQ(*bits.Fibonacci(), c.number);
  }
  EXPECT_FALSE(BitReader::FromBase64Url("AAAAAAAAAAAA")->Fibonacci().ok());
}

}  // namespace
}  // namespace signet::policies
