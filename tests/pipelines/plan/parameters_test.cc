#include "pipelines/plan/parameters.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using ParametersTest = PlanWorld;

std::string WithParam(const std::string& declaration) {
  return Replaced(kSources, "params:\n", "params:\n  x: " + declaration + "\n");
}

TEST_F(ParametersTest, DefaultsHoldUntilAValueIsGiven) {
  EXPECT_EQ(MustPlan(kSources).params["horizon"].AsString(), "90d");
  EXPECT_EQ(MustPlan(kSources, {{"horizon", "30d"}}).params["horizon"].AsString(), "30d");
}

TEST_F(ParametersTest, TodayIsTheDayOfTheRequest) {
  const Plan plan = MustPlan(kSources, {{"as_of", "today"}});
  EXPECT_EQ(plan.params["as_of"].AsString(), "2026-03-04");
  EXPECT_EQ(TimestampText(plan.as_of), "2026-03-04T00:00:00Z");
}

TEST_F(ParametersTest, ValuesHaveTheirDeclaredType) {
  EXPECT_TRUE(MustPlan(WithParam("{type: int, default: 7}")).params["x"] == Json(7));
  EXPECT_TRUE(MustPlan(WithParam("{type: number, default: 0.5}")).params["x"] == Json(0.5));
  EXPECT_TRUE(MustPlan(WithParam("{type: bool, default: true}")).params["x"] == Json(true));
}

TEST_F(ParametersTest, EachTypeRefusesWhatItCannotRead) {
  for (const char* type : {"int", "number", "bool", "date", "duration"}) {
    const std::string text = Refusal(WithParam(std::string("{type: ") + type + ", default: soon}"));
    EXPECT_NE(text.find("[SIG-3015]"), std::string::npos) << type << ": " << text;
  }
}

TEST_F(ParametersTest, AnIllTypedValueIsOneError) {
  ExpectOneError("SIG-3015", "sig_3015_type", kSources, {{"horizon", "soon"}});
}

TEST_F(ParametersTest, AMissingValueIsOneError) {
  ExpectOneError("SIG-3015", "sig_3015_missing", WithParam("{type: path}"));
}

TEST_F(ParametersTest, AnAsOfThatIsNoDateIsRefused) {
  const std::string text =
      Replaced(kSources, "as_of: {type: date, default: 2026-01-01}", "as_of: {default: soon}");
  ExpectOneError("SIG-3015", "sig_3015_as_of", text);
}

TEST_F(ParametersTest, AnUnknownNameGivenIsToldWithTheNearest) {
  ExpectOneError("SIG-3014", "sig_3014_given", kSources, {{"horizn", "30d"}});
}

TEST_F(ParametersTest, AnUnknownNameUsedIsToldWhereItStands) {
  ExpectOneError(
      "SIG-3014", "sig_3014_used", Replaced(kSources, "${data}/crm.csv", "${dta}/crm.csv"));
}

TEST_F(ParametersTest, SubstitutionReachesEveryScalar) {
  const Plan plan = MustPlan(kSources, {{"data", "/else"}});
  ASSERT_NE(plan.Find("tokenise.crm"), nullptr);
  EXPECT_EQ(At(plan, "tokenise.crm").task_options.at(0)["file"].AsString(), "/else/crm.csv");
}

TEST(SubstituteSql, ReplacesNamesByLiteralsOutsideQuotes) {
  const std::map<std::string, std::string> literals = {{"from", "TIMESTAMP 'x'"}, {"n", "3"}};
  EXPECT_EQ(SubstituteSql("a > $from AND b = '$from' AND \"$n\" = $n", literals),
            "a > TIMESTAMP 'x' AND b = '$from' AND \"$n\" = 3");
  EXPECT_EQ(SubstituteSql("$none $nn $", literals), "$none $nn $");
}

TEST_F(ParametersTest, ATextWithAQuoteStaysOneLiteral) {
  const std::string text =
      Replaced(WithParam("{default: x}"), "sources:", "sources:") +
      "steps:\n  a: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, "
      "sql: \"SELECT subject, tier = $x AS hit FROM c\"}\n";
  const Plan plan = MustPlan(text, {{"x", "' OR 1=1 --"}});
  ASSERT_NE(plan.Find("a"), nullptr);
  EXPECT_EQ(At(plan, "a").options["sql"].AsString(),
            "SELECT subject, tier = ''' OR 1=1 --' AS hit FROM c");
}

TEST_F(ParametersTest, ANegativeNumberAfterAMinusBeginsNoComment) {
  const std::string text =
      WithParam("{type: int, default: -5}") +
      "steps:\n  a: {uses: sql, purpose: analytics.churn, inputs: {o: orders}, "
      "sql: \"SELECT subject, amount -$x AS more FROM o\"}\n";
  const Plan plan = MustPlan(text);
  ASSERT_NE(plan.Find("a"), nullptr);
  EXPECT_EQ(At(plan, "a").options["sql"].AsString(), "SELECT subject, amount -(-5) AS more FROM o");
}

}  // namespace
}  // namespace signet::pipelines
