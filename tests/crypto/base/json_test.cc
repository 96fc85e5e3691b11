#include "crypto/base/json.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(Json, DumpsCanonicallyWhateverTheOrderOfInsertion) {
  const Json a = Json::Of({{"b", 1}, {"a", Json::List({true, nullptr, "x"})}});
  EXPECT_EQ(a.Dump(), R"({"a":[true,null,"x"],"b":1})");
  EXPECT_EQ(*Json::Parse(a.Dump()), a);
}

TEST(Json, NumbersFollowRfc8785) {
  struct Case {
    double value;
    const char* want;
  };
  for (const Case& c : {Case{4.50, "4.5"},
                        Case{2e-3, "0.002"},
                        Case{1e-27, "1e-27"},
                        Case{1e30, "1e+30"},
                        Case{333333333.33333329, "333333333.3333333"},
                        Case{1e21, "1e+21"},
                        Case{1e20, "100000000000000000000"},
                        Case{-0.0, "0"}}) {
    EXPECT_EQ(Json(c.value).Dump(), c.want);
  }
}

TEST(Json, DuplicateKeysDepthAndGarbageAreRefusedWithoutQuotingTheText) {
  EXPECT_FALSE(Json::Parse(R"({"a":1,"a":2})").ok());
  EXPECT_FALSE(Json::Parse(std::string(100, '[') + std::string(100, ']')).ok());
  const auto garbage = Json::Parse(R"({"secret@example.org)");
  ASSERT_FALSE(garbage.ok());
  EXPECT_EQ(garbage.status().message().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace signet
