#include "policies/consent/tc_string.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

// Published with its fields in the tests of IAB Tech Lab's iabtcf-java (TCStringDecoderTest).
constexpr char kPublished[] = "COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA";

TEST(TcString, ReadsAPublishedExampleAsItsAuthorsDo) {
  const TcString string = *TcString::Parse(kPublished);
  EXPECT_EQ(TimestampText(string.created), "2020-01-26T17:01:00Z");
  EXPECT_EQ(TimestampText(string.updated), "2021-02-02T17:01:00Z");
  EXPECT_EQ(string.cmp_id, 675);
  EXPECT_EQ(string.cmp_version, 2);
  EXPECT_EQ(string.consent_screen, 1);
  EXPECT_EQ(string.language, "EN");
  EXPECT_EQ(string.vendor_list_version, 15);
  EXPECT_EQ(string.policy_version, 2);
  EXPECT_FALSE(string.service_specific);
  EXPECT_TRUE(string.purpose_one_treatment);
  EXPECT_EQ(string.publisher_country, "AA");
  EXPECT_EQ(string.special_features, std::vector<int>{1});
  EXPECT_EQ(string.purposes, (std::vector<int>{2, 10}));
  EXPECT_EQ(string.purposes_legitimate, (std::vector<int>{2, 9}));
  EXPECT_TRUE(string.Consents(10));
  EXPECT_FALSE(string.Consents(3));
  EXPECT_TRUE(string.vendors.empty());
}

TEST(TcString, PassesOverFurtherSegments) {
  std::string segments(kPublished);
  segments += ".IBAgAAAgAIAwgAgAAAAEAAAACA.QAagAQAgAIAwgA.cAAAAAAAITg=";
  const TcString string = *TcString::Parse(segments);
  EXPECT_EQ(string.cmp_id, 675);
}

TEST(TcString, ReadsVendorsByRangeAndByBit) {
  // Published in the same tests: vendors as a bit field and as ranges.
  const TcString by_bit = *TcString::Parse(
      "COrEAV4OrXx94ACABBENAHCIAD-AAAAAAACAAxAAAAgAIAwgAgAAAAEAgQAAAAAEAYQAQAAAACAAAABAAA");
  EXPECT_EQ(by_bit.purposes, (std::vector<int>{3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(by_bit.vendors, (std::vector<int>{23, 37, 47, 48, 53, 65, 98}));
  EXPECT_EQ(by_bit.vendors_legitimate, (std::vector<int>{37, 47, 48, 53, 65, 98, 129}));
  const TcString by_range =
      *TcString::Parse("COv__-wOv__-wC2AAAENAPCgAAAAAAAAAAAAA_wAQA_gEBABAEAAAA");
  EXPECT_EQ(by_range.vendors_legitimate, std::vector<int>{128});
}

TEST(TcString, RefusesAnotherVersionAndWhatIsCutShort) {
  EXPECT_EQ(TcString::Parse("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA").status().code(),
            StatusCode::kInvalid);
  EXPECT_FALSE(TcString::Parse("").ok());
  const std::string whole = kPublished;
  for (size_t length = 1; length + 1 < whole.size() - 6; ++length) {
    EXPECT_FALSE(TcString::Parse(whole.substr(0, length)).ok()) << length;
  }
}

}  // namespace
}  // namespace signet::policies
