#include "crypto/transparency/entry_scan.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(IndexOfEntry, ReadsTheIndexOfACanonicalEntry) {
  const std::string text =
      R"({"actor":"cli","facts":{"a":[1,-2.5,1e+21,true,null,{}],"b\\":"x\"é","index":7,"z":[]},)"
      R"("index":41})";
  EXPECT_EQ(*IndexOfEntry(AsBytes(text)), 41U);
  EXPECT_EQ(*IndexOfEntry(AsBytes(R"({"index":0})")), 0U);
  EXPECT_EQ(*IndexOfEntry(AsBytes(R"({"a":100000000000000000000,"index":9007199254740992})")),
            uint64_t{1} << 53);
}

TEST(IndexOfEntry, RefusesWhatIsNotCanonical) {
  for (const std::string text : {
           R"()",
           R"({})",
           R"([])",
           R"({"index":"1"})",
           R"({"index":1.0})",
           R"({"index":01})",
           R"({"index":-0})",
           R"({"index":-1})",
           R"({"index":1e5})",
           R"({"index":9007199254740993})",
           R"({"index":1}x)",
           R"({"index":1)",
           R"({"index":1,})",
           R"({ "index":1})",
           R"({"index":1 })",
           R"({"index":1,"index":2})",
           R"({"b":1,"a":2,"index":1})",
           R"({"f":{"b":1,"a":2},"index":1})",
           R"({"a":"\n","index":1})",
           R"({"a":"\u0041","index":1})",
           R"({"a":1.50,"index":1})",
           R"({"a":1.,"index":1})",
           R"({"a":.5,"index":1})",
           R"({"a":1e+05,"index":1})",
           R"({"a":1E+5,"index":1})",
           R"({"a":NaN,"index":1})",
           R"({"a":tru,"index":1})",
           R"({"a":[1 ,2],"index":1})",
           R"({"a":[1,],"index":1})",
       }) {
    EXPECT_EQ(IndexOfEntry(AsBytes(text)).status().code(), StatusCode::kCorrupt) << text;
  }
  for (const std::string inside : {"\n",
                                   "\r",
                                   "\x1B[2J",
                                   "\x7F",
                                   "\xE2\x80\xA8",
                                   "\xC2\x85",
                                   "\xFF",
                                   "\xE2\x80\xAE",
                                   "\xC0\x80"}) {
    EXPECT_FALSE(IndexOfEntry(AsBytes("{\"a\":\"" + inside + "\",\"index\":1}")).ok());
  }
}

TEST(IndexOfEntry, RefusesDepthWithoutExhaustingTheStack) {
  const std::string deep = "{\"a\":" + std::string(60'000, '[') + "],\"index\":1}";
  EXPECT_FALSE(IndexOfEntry(AsBytes(deep)).ok());
}

}  // namespace
}  // namespace signet::crypto
