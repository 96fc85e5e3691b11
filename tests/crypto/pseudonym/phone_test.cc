#include "crypto/pseudonym/phone.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto::phone {
namespace {

std::string E164(std::string_view text, std::string_view region) {
  std::string out;
  return AppendE164(text, region, out) ? out : "";
}

std::string ByLibrary(std::string_view text, std::string_view region) {
  std::string out;
  return AppendE164ByLibrary(text, region, out) ? out : "";
}

TEST(AppendE164, ReadsTheUsualSpellings) {
  struct Case {
    const char *text, *region, *want;
  };
  for (const Case& c : {Case{"040 1234567", "FI", "+358401234567"},
                        {"+358 40 123 4567", "", "+358401234567"},
                        {"+358 (0)40 123 4567", "FI", "+358401234567"},
                        {"00358401234567", "FI", "+358401234567"},
                        {"0046 70 123 45 67", "FI", "+46701234567"},
                        {"(415) 555-0100", "US", "+14155550100"},
                        {"1-415-555-0100", "US", "+14155550100"},
                        {"415.555.0100", "CA", "+14155550100"},
                        {"011 358 40 1234567", "US", "+358401234567"},
                        {"0171/1234567", "DE", "+491711234567"},
                        {"612 34 56 78", "ES", "+34612345678"},
                        {"06 1234 5678", "IT", "+390612345678"},
                        {"tel:+44-7911-123456", "", "+447911123456"},
                        {"+1 415 555 0100 ext. 5", "US", "+14155550100"},
                        {"1-800-FLOWERS", "US", "+18003569377"}}) {
    EXPECT_EQ(E164(c.text, c.region), c.want) << c.text;
  }
}

TEST(AppendE164, RefusesWhatIsNoPossibleNumber) {
  for (const char* text : {"",
                           "abc",
                           "12",
                           "+",
                           "+999123456789",
                           "+35840123456789012345",
                           "0401234567890123456789",
                           "n/a",
                           "-",
                           "()"}) {
    EXPECT_EQ(E164(text, "FI"), "") << text;
  }
  EXPECT_EQ(E164("040 1234567", ""), "") << "no region to read it by";
  EXPECT_EQ(E164(std::string(300, '1'), "FI"), "");
  std::string kept = "before";
  EXPECT_FALSE(AppendE164("abc", "FI", kept));
  EXPECT_EQ(kept, "before");
}

/// Random numbers in and around the forms that the short path takes.
std::string RandomNumber(SeededEntropy& entropy) {
  static const std::vector<std::string> kHeads = {
      "",     "0",     "00",   "1",    "2",   "01",   "+",     "+0",   "+1",  "+10", "+11",
      "+358", "+3580", "+46",  "+460", "+49", "+490", "+44",   "+440", "+33", "+31", "+32",
      "+41",  "+353",  "+34",  "+47",  "+45", "+351", "+3510", "34",   "47",  "45",  "351",
      "358",  "49",    "0049", "99",   "011", "+39",  "+54",   "+52",  "+7",  "+61", "990"};
  std::string text = kHeads[entropy.Next() % kHeads.size()];
  const size_t digits = 2 + entropy.Next() % 12;
  for (size_t i = 0; i < digits; ++i) {
    text += static_cast<char>('0' + entropy.Next() % 10);
    if (i + 1 < digits && entropy.Next() % 5 == 0) text += " -.()"[entropy.Next() % 5];
  }
  return text;
}

TEST(AppendE164, TheShortPathGivesWhatTheLibraryGives) {
  SeededEntropy entropy(4242);
  const std::vector<std::string> regions = {"FI",
                                            "SE",
                                            "DE",
                                            "GB",
                                            "FR",
                                            "NL",
                                            "BE",
                                            "CH",
                                            "IE",
                                            "ES",
                                            "NO",
                                            "DK",
                                            "PT",
                                            "US",
                                            "CA",
                                            "IT",
                                            ""};
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomNumber(entropy);
    const std::string& region = regions[entropy.Next() % regions.size()];
    ASSERT_EQ(E164(text, region), ByLibrary(text, region)) << text << " in " << region;
  }
}

TEST(AppendE164, IsIdempotent) {
  SeededEntropy entropy(4243);
  for (int i = 0; i < 3000; ++i) {
    const std::string once = E164(RandomNumber(entropy), "FI");
    if (!once.empty()) {
      ASSERT_EQ(E164(once, "US"), once);
    }
  }
}

TEST(IsRegion, KnowsTheCountries) {
  EXPECT_TRUE(IsRegion("FI"));
  EXPECT_TRUE(IsRegion("US"));
  EXPECT_FALSE(IsRegion("fi"));
  EXPECT_FALSE(IsRegion("XX"));
  EXPECT_FALSE(IsRegion(""));
}

}  // namespace
}  // namespace signet::crypto::phone
