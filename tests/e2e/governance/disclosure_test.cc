// What published lists and counts tell, over several runs of a real state.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/governance/governance_world.h"

namespace signet::e2e {
namespace {

using testing_support::ProcessResult;

constexpr int kCustomers = kGovernanceCustomers;

/// The entries of that type, one a line.
class Disclosure : public Governance {
 protected:
  [[nodiscard]] std::string Log(const std::string& type) const {
    const ProcessResult tail =
        Signet({"audit", "tail", "-n", "100000", "--type", type, "--state", State()});
    EXPECT_EQ(tail.exit_code, 0) << tail.err;
    return tail.out;
  }
  /// As many customers, under the real minimum group.
  void Grow(int customers) const {
    SetUpShop(place_, customers);
    std::filesystem::remove(place_.state() / "test-state");
  }
  void Refuse(int customer) const {
    const std::string row = "C" + std::to_string(customer) + "," + ShopEmail(customer) +
                            ",1980-05-17,FI,true,2025-06-01 12:00:00";
    const std::string text = ReadText(place_.data() / "crm.csv");
    ASSERT_NE(text.find(row), std::string::npos);
    WriteText(place_.data() / "crm.csv",
              Replaced(text, row, Replaced(Replaced(row, "true", "false"), "-06-01", "-12-01")));
  }
  static const Json& Buyers(const Json& report) {
    return report["snapshots"].items().at(0)["segments"].items().at(0);
  }
};

TEST_F(Disclosure, SmallAdditionsAreHeldAndRemovalsGoThrough) {
  const int members = ShopMembers(kCustomers);
  // Three customers come, one refuses.
  Grow(kCustomers + 3);
  Refuse(1);
  const Json second = place_.Run();
  ASSERT_TRUE(second.is_object());
  EXPECT_EQ(MembersOf(second), members - 1) << second["snapshots"].Pretty();
  EXPECT_EQ(Buyers(second)["additions_held_until"].AsString().substr(0, 10), "2026-01-08");
  EXPECT_NE(Log("snapshot.held").find("buyers"), std::string::npos);
  const ProcessResult list = Signet({"segments", "list", "--state", State()});
  EXPECT_NE(list.out.find("additions held until they are a group, or 2026-01-08"),
            std::string::npos)
      << list.out;
  // A day later nothing changed: they still wait, since the same day.
  const Json third = place_.Run({"--as-of", "2026-01-02"});
  EXPECT_EQ(MembersOf(third), members - 1);
  EXPECT_EQ(Buyers(third)["additions_held_until"].AsString().substr(0, 10), "2026-01-08");
  // By their age they are shown.
  const Json fourth = place_.Run({"--as-of", "2026-01-08"});
  EXPECT_EQ(MembersOf(fourth), members + 2);
  EXPECT_FALSE(Buyers(fourth).Has("additions_held_until"));
  EXPECT_NE(Log("snapshot.held").find("\"let_by_age\":[\"buyers\"]"), std::string::npos);
}

TEST_F(Disclosure, AdditionsThatAreAGroupGoThroughAtOnce) {
  Grow(2 * kCustomers);
  const Json second = place_.Run();
  EXPECT_EQ(MembersOf(second), ShopMembers(2 * kCustomers));
  EXPECT_FALSE(Buyers(second).Has("additions_held_until"));
  EXPECT_EQ(Log("snapshot.held").find("buyers"), std::string::npos);
}

TEST_F(Disclosure, APolicyOfSmallerGroupsIsForTestStatesAlone) {
  const std::string own = PolicyWith("min_group: 50", "min_group: 5");
  WriteText(place_.pipeline(), Replaced(ShopPipeline(), "[gdpr]", "[" + own + "]"));
  const ProcessResult refused = Signet(place_.RunArguments());
  EXPECT_EQ(refused.exit_code, 1) << refused.out;
  EXPECT_NE(refused.err.find("SIG-2015"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("new.yaml:"), std::string::npos);
  EXPECT_NE(refused.err.find("test state"), std::string::npos);
  Workplace::MakeTestState(place_.state());
  const Json accepted = place_.Run();
  EXPECT_EQ(accepted["status"].AsString(), "succeeded");
  std::filesystem::remove(place_.state() / "test-state");
  EXPECT_EQ(Signet(place_.RunArguments()).exit_code, 1) << "the mark is asked for each time";
}

TEST_F(Disclosure, WhatIsToldIsInTheLogAndCountsForTheNext) {
  // The run's own page has told the segment's size to its readers.
  const Json first = Told({"report", "counts", "--state", State()});
  const Json& count = first["facts"]["counts"].items().at(0);
  EXPECT_EQ(count["segment"].AsString(), "buyers");
  EXPECT_EQ(count["people"].AsInt(), ShopMembers(kCustomers));
  Refuse(2);
  ASSERT_TRUE(place_.Run().is_object());
  const Json second = Told({"report", "counts", "--state", State(), "--recipient", "press"});
  EXPECT_TRUE(second["facts"]["counts"].items().at(0)["people"].is_null())
      << "one person less would be told: " << second["facts"].Pretty();
  // With noise it may be said, until the budget is spent; the gauge shows it.
  const Json noisy =
      Told({"report", "counts", "--state", State(), "--recipient", "press", "--epsilon", "0.6"});
  EXPECT_TRUE(noisy["facts"]["counts"].items().at(0)["within_95"].is_int());
  EXPECT_NE(noisy.Dump().find("0.60 of 1.00"), std::string::npos);
  const Json spent =
      Told({"report", "counts", "--state", State(), "--recipient", "press", "--epsilon", "0.6"});
  EXPECT_TRUE(spent["facts"]["counts"].items().at(0)["people"].is_null());
  ASSERT_EQ(Signet({"profile", "crm", "--state", State()}).exit_code, 0);
  const std::string log = Log("disclosure.told");
  for (const char* what : {"\"what\":\"profile\"",
                           "\"about\":\"shop/crm\"",
                           "\"what\":\"report\"",
                           "\"what\":\"run-report\"",
                           "\"epsilon_thousandths\":600"}) {
    EXPECT_NE(log.find(what), std::string::npos) << what << "\n" << log;
  }
}

TEST_F(Disclosure, TheLeastGeneralisationIsFoundOnRequest) {
  const Json told = Told({"profile",
                          "orders",
                          "--state",
                          State(),
                          "--purpose",
                          "analytics.churn",
                          "--quasi",
                          "amount,ordered_at",
                          "--suppress",
                          "0.1"});
  const Json& search = told["generalisation"];
  ASSERT_TRUE(search["found"].AsBool()) << told.Pretty();
  ASSERT_EQ(search["levels"].size(), 2U);
  EXPECT_EQ(search["k"].AsInt(), 10);
  for (const Json& level : search["levels"].items()) {
    EXPECT_FALSE(level["level"].AsString().empty());
  }
}

}  // namespace
}  // namespace signet::e2e
