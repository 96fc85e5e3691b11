#include "policies/consent/gpp_string.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(GppString, ReadsTheExampleOfTheSpecification) {
  const GppString string =
      *GppString::Parse("DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN");
  EXPECT_EQ(string.section_ids, (std::vector<int>{2, 6}));
  ASSERT_TRUE(string.tcf.has_value());
  EXPECT_EQ(string.tcf->cmp_id, 31);
  EXPECT_EQ(string.tcf->language, "EN");
  ASSERT_TRUE(string.us.has_value());
  EXPECT_EQ(string.us->sale_opt_out, false);
  EXPECT_FALSE(string.us->gpc.has_value());
}

TEST(GppString, ReadsTheCalifornianSectionAsItsAuthorsEncodeIt) {
  // IABTechLab/iabgpp-es, UsCaV1.test.ts: opted out of sale and sharing, sensitive data
  // [2,1,0,2,1,0,2,1,0], known children [2,1], GPC.
  const GppString string = *GppString::Parse("DBABBg~BVWSSSVY.YA");
  EXPECT_EQ(string.section_ids, std::vector<int>{8});
  ASSERT_TRUE(string.us.has_value());
  EXPECT_EQ(string.us->sale_opt_out, true);
  EXPECT_EQ(string.us->sharing_opt_out, true);
  EXPECT_EQ(string.us->limit_sensitive, true);
  EXPECT_EQ(string.us->gpc, true);
  EXPECT_TRUE(string.us->known_child);
  const GppString nothing = *GppString::Parse("DBABBg~BAAAAABA.QA");
  EXPECT_FALSE(nothing.us->sale_opt_out.has_value());
  EXPECT_FALSE(nothing.us->limit_sensitive.has_value());
  EXPECT_EQ(nothing.us->gpc, false);
  EXPECT_FALSE(nothing.us->known_child);
}

TEST(GppString, ReadsTheNationalSectionAsItsAuthorsEncodeIt) {
  // UsNatV1.test.ts: every notice given, opted out of sale, sharing and targeted advertising, GPC.
  const GppString string = *GppString::Parse("DBABLA~BVVVkkkklWA.YA");
  EXPECT_EQ(string.section_ids, std::vector<int>{7});
  EXPECT_EQ(string.us->sale_opt_out, true);
  EXPECT_EQ(string.us->sharing_opt_out, true);
  EXPECT_EQ(string.us->advertising_opt_out, true);
  EXPECT_EQ(string.us->limit_sensitive, true);
  EXPECT_EQ(string.us->gpc, true);
}

TEST(GppString, AnOptOutInOneSectionIsAnOptOut) {
  const GppString string = *GppString::Parse("DBABrw~BVVVkkkklWA.YA~BAAAAABA.QA");
  EXPECT_EQ(string.section_ids, (std::vector<int>{7, 8}));
  EXPECT_EQ(string.us->sale_opt_out, true);
  EXPECT_EQ(string.us->gpc, true);
}

TEST(GppString, RefusesWhatItsHeaderDoesNotAnnounce) {
  for (const char* text : {"",
                           "D",
                           "DBACNYA",
                           "DBACNYA~1YNN",
                           "DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN",
                           "CBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN",
                           "DBACNYA~CPXx~1YNN",
                           "DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~9YNN"}) {
    EXPECT_FALSE(GppString::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace signet::policies
