#include "policies/reports/counts.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

CountFacts SomeFacts() {
  CountFacts facts;
  facts.recipient = "press";
  facts.counts = {{"loyalty", "gold", 1234, -1, ""},
                  {"loyalty", "silver", std::nullopt, -1, "too few people"},
                  {"loyalty", "noisy", 880, 7, ""}};
  facts.earlier = {{"board", "segment/loyalty/gold", "2026-01-05", 1234}};
  facts.budgets = {{"press", "[######--------------] 0.30 of 1.00", "2026-02-01", 0.3, 1.0}};
  return facts;
}

PublicationRule Rule() {
  PublicationRule rule;
  rule.article = "GDPR recital 26; WP216";
  return rule;
}

TEST(Counts, TellNumbersNoiseAndWhatIsWithheld) {
  const ReportDocument document = MakeCounts(Rule(), SomeFacts(), "2026-01-09");
  const std::string html = document.ToHtml();
  for (const char* part : {"1,234",
                           "about 880",
                           "within 7 in 95 % of answers",
                           "withheld",
                           "too few people",
                           "0.30 of 1.00",
                           "segment/loyalty/gold"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
}

TEST(Counts, SpeakToMachinesToo) {
  const Json json = MakeCounts(Rule(), SomeFacts(), "2026-01-09").ToJson();
  EXPECT_EQ(json["report"].AsString(), "counts");
  const Json& counts = json["facts"]["counts"];
  EXPECT_EQ(counts.items()[0]["people"].AsInt(), 1234);
  EXPECT_TRUE(counts.items()[1]["people"].is_null());
  EXPECT_EQ(counts.items()[2]["within_95"].AsInt(), 7);
  EXPECT_EQ(json["facts"]["budgets"].items()[0]["spent"].AsDouble(), 0.3);
}

}  // namespace
}  // namespace signet::policies
