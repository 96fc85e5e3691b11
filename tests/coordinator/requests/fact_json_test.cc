#include "coordinator/requests/fact_json.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(FactJson, SaysWhatWasSaidAndNotAboutWhom) {
  policies::Fact fact;
  fact.subject.value[0] = 0xab;
  fact.kind = policies::Fact::kConsent;
  fact.purpose = "marketing.email";
  fact.value = "given";
  fact.source = "crm.ok";
  fact.wording = "v7";
  fact.time_micros = 1'700'000'000'000'000;
  EXPECT_EQ(FactJson(fact).Dump(),
            R"({"kind":"consent","purpose":"marketing.email","source":"crm.ok",)"
            R"("time":"2023-11-14T22:13:20Z","value":"given","wording":"v7"})");
  policies::Fact flag;
  flag.kind = policies::Fact::kLimitSensitive;
  flag.value = "true";
  EXPECT_EQ(FactJson(flag)["kind"].AsString(), "limit_sensitive");
  EXPECT_FALSE(FactJson(flag).Has("time")) << "undated";
}

}  // namespace
}  // namespace signet::coordinator
