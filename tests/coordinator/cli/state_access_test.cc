#include "coordinator/cli/state_access.h"

#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

using Params = std::map<std::string, std::string>;

TEST(ParseParams, SplitsAtTheFirstEquals) {
  EXPECT_EQ(ParseParams({"data=DIR", "where=a=b", "empty="}).value(),
            (Params{{"data", "DIR"}, {"where", "a=b"}, {"empty", ""}}));
  EXPECT_TRUE(ParseParams({}).value().empty());
}

TEST(ParseParams, TheLastOneWins) {
  EXPECT_EQ(ParseParams({"a=1", "a=2"}).value(), (Params{{"a", "2"}}));
}

TEST(ParseParams, ATextWithoutNameOrEqualsIsRefusedWithAnExample) {
  for (const char* text : {"data", "=DIR", "", "="}) {
    const Status status = ParseParams({text}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalid) << text;
    EXPECT_NE(status.remedy().find("-p data="), std::string::npos);
  }
}

TEST(OpenExistingState, MakesNoStateWhereThereIsNone) {
  const testing_support::ScratchFolder scratch;
  SystemClock clock;
  SystemEntropy entropy;
  const std::string path = (scratch.path() / "none").string();
  const auto state = OpenExistingState(path, clock, entropy);
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(OpenState, WhatItMadeIsAnExistingStateAfterwards) {
  const testing_support::ScratchFolder scratch;
  SystemClock clock;
  SystemEntropy entropy;
  const std::string path = (scratch.path() / "state").string();
  ASSERT_TRUE(OpenState(path, clock, entropy).ok());
  EXPECT_TRUE(OpenExistingState(path, clock, entropy).ok());
}

}  // namespace
}  // namespace signet::coordinator
