#include "policies/consent/consent_import.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

ImportOptions FromOneTrust() {
  ImportOptions options;
  options.source = "onetrust";
  return options;
}

TEST(ConsentImport, ReadsCsvWithWordingSourceAndTime) {
  const ConsentImport import = *ReadConsentImport(
      "email,id:crm,purpose,state,time,wording,comment\r\n"
      "anna@example.com,C1,marketing.email,given,2026-01-02T03:04:05Z,v7,\"a, \"\"b\"\"\nc\"\r\n"
      "bert@example.com,,marketing.email,denied,2026-01-02 03:04:05,v7,\n",
      FromOneTrust());
  EXPECT_TRUE(import.refused.empty());
  ASSERT_EQ(import.rows.size(), 2U);
  ASSERT_EQ(import.rows[0].identifiers.size(), 2U);
  EXPECT_EQ(import.rows[0].identifiers[0].type, "email");
  EXPECT_EQ(import.rows[0].identifiers[1].type, "id:crm");
  const Fact& fact = import.rows[0].facts.at(0);
  EXPECT_EQ(fact.kind, Fact::kConsent);
  EXPECT_EQ(fact.value, "given");
  EXPECT_EQ(fact.source, "import.onetrust");
  EXPECT_EQ(fact.wording, "v7");
  EXPECT_EQ(TimestampText({fact.time_micros}), "2026-01-02T03:04:05Z");
  EXPECT_EQ(import.rows[1].facts.at(0).value, "withdrawn");
  EXPECT_EQ(import.rows[1].facts.at(0).time_micros, fact.time_micros);
}

TEST(ConsentImport, ReadsJsonLinesAndFlags) {
  const ConsentImport import = *ReadConsentImport(
      "{\"cookie\": \"k1\", \"gpc\": true, \"opt_out_sale\": \"yes\"}\n\n"
      "{\"device\": \"d1\", \"limit_sensitive\": false, \"time\": \"2026-01-02\"}\n",
      FromOneTrust());
  ASSERT_EQ(import.rows.size(), 2U);
  ASSERT_EQ(import.rows[0].facts.size(), 2U);
  EXPECT_EQ(import.rows[0].facts[0].kind, Fact::kOptOutSale);
  EXPECT_EQ(import.rows[0].facts[1].kind, Fact::kGpc);
  EXPECT_EQ(import.rows[0].facts[1].time_micros, 0) << "a row without a time is undated";
  EXPECT_EQ(import.rows[1].facts[0].kind, Fact::kLimitSensitive);
  EXPECT_EQ(import.rows[1].facts[0].value, "false");
}

TEST(ConsentImport, ATcfStringGivesItsPurposesDatedByTheString) {
  ImportOptions options = FromOneTrust();
  ASSERT_TRUE(AddTcfPurpose("analytics.churn=2+10", options.tcf).ok());
  const ConsentImport import = *ReadConsentImport(
      "email,tcf\nanna@example.com,COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA\n", options);
  ASSERT_EQ(import.rows.size(), 1U);
  ASSERT_EQ(import.rows[0].facts.size(), 3U);
  for (const Fact& fact : import.rows[0].facts) {
    EXPECT_EQ(fact.value, fact.purpose == "analytics.churn" ? "given" : "withdrawn");
    EXPECT_EQ(TimestampText({fact.time_micros}), "2021-02-02T17:01:00Z");
    EXPECT_EQ(fact.wording, "tcf-2/gvl-15/cmp-675");
  }
}

TEST(ConsentImport, AGppStringGivesTheCalifornianChoices) {
  ImportOptions options = FromOneTrust();
  options.as_of = *TimestampFromText("2026-05-01");
  const ConsentImport import = *ReadConsentImport("cookie,gpp\nk1,DBABBg~BVWSSSVY.YA\n", options);
  ASSERT_EQ(import.rows.size(), 1U);
  std::vector<Fact::Kind> kinds;
  for (const Fact& fact : import.rows[0].facts) {
    kinds.push_back(fact.kind);
    EXPECT_EQ(fact.value, "true");
    EXPECT_EQ(fact.time_micros, options.as_of.micros);
  }
  EXPECT_EQ(kinds,
            (std::vector<Fact::Kind>{
                Fact::kOptOutSale, Fact::kLimitSensitive, Fact::kGpc, Fact::kMinor}));
}

TEST(ConsentImport, CountsWhatItCannotUseByReasonAndNeverQuotesIt) {
  const ConsentImport import = *ReadConsentImport(
      "email,purpose,state,time\n"
      ",marketing.email,given,2026-01-01\n"
      "a@example.com,marketing.email,perhaps,2026-01-01\n"
      "a@example.com,,given,2026-01-01\n"
      "a@example.com,marketing.email,given,soon\n"
      "a@example.com,marketing.email,,2026-01-01\n"
      "a@example.com,marketing.email,given\n"
      "b@example.com,marketing.email,given,2026-01-01\n",
      FromOneTrust());
  EXPECT_EQ(import.rows.size(), 1U);
  EXPECT_EQ(import.rows[0].line, 8);
  uint64_t refused = 0;
  for (const auto& reason : import.refused) {
    refused += reason.second;
    EXPECT_EQ(reason.first.find("example"), std::string::npos);
  }
  EXPECT_EQ(refused, 6U);
  EXPECT_EQ(import.refused.size(), 6U);
}

TEST(ConsentImport, RefusesAFileThatNamesNobodyOrSaysNothing) {
  for (const char* text : {"",
                           "\n\n",
                           "purpose,state\nmarketing.email,given\n",
                           "email,purpose\na@example.com,marketing.email\n",
                           "email,state\n\"a@example.com,given\n",
                           "{\"purpose\": \"x\", \"state\": \"given\"}\n"}) {
    EXPECT_EQ(ReadConsentImport(text, FromOneTrust()).status().code(), StatusCode::kInvalid)
        << text;
  }
}

TEST(ConsentImport, RefusesAMappingThatIsNone) {
  TcfPurposes purposes;
  for (const char* text : {"", "marketing", "=3", "marketing=", "marketing=3+x", "marketing=25"}) {
    EXPECT_FALSE(AddTcfPurpose(text, purposes).ok()) << text;
  }
  EXPECT_TRUE(purposes.empty());
}

}  // namespace
}  // namespace signet::policies
