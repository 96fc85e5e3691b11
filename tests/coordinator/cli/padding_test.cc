#include "coordinator/cli/padding.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(Padding, FillsUpToTheWidthOnTheSideAskedFor) {
  EXPECT_EQ(PaddedRight("ab", 4), "ab  ");
  EXPECT_EQ(PaddedLeft("ab", 4), "  ab");
}

TEST(Padding, LongerTextStaysWhole) {
  EXPECT_EQ(PaddedRight("abcde", 4), "abcde");
  EXPECT_EQ(PaddedLeft("abcde", 4), "abcde");
}

}  // namespace
}  // namespace signet::coordinator
