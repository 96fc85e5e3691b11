#include "crypto/pseudonym/link_type.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(LinkType, NamesRoundTripAndOthersAreRefused) {
  for (const LinkType type : {LinkType::kId,
                              LinkType::kEmail,
                              LinkType::kPhone,
                              LinkType::kCard,
                              LinkType::kCookie,
                              LinkType::kDevice}) {
    EXPECT_EQ(*LinkTypeFromName(LinkTypeName(type)), type);
  }
  EXPECT_EQ(LinkTypeFromName("e-mail").status().code(), StatusCode::kInvalid);
  EXPECT_EQ(LinkTypeFromName("").status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
