// What the compliance officer and the engineer ask of a real state: why, what if, how many.
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using testing_support::ProcessResult;

constexpr int kCustomers = 200;
constexpr int kDenied = 3;

/// One run of the shop under the real minimum group: no test state.
class Governance : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    std::filesystem::remove(place_.state() / "test-state");
    ASSERT_TRUE(place_.Run().is_object());
  }

  [[nodiscard]] ProcessResult Signet(std::vector<std::string> arguments) const {
    return place_.Signet(std::move(arguments));
  }
  [[nodiscard]] Json Told(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const ProcessResult result = Signet(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    Result<Json> json = Json::Parse(result.out);
    EXPECT_TRUE(json.ok()) << result.out;
    return json.ok() ? *std::move(json) : Json();
  }
  /// The shipped GDPR policy with one text in place of another, as a file beside the data.
  [[nodiscard]] std::string PolicyWith(const std::string& from, const std::string& to) const {
    std::string path = (place_.root() / "new.yaml").string();
    WriteText(path, Replaced(ReadText("policies/bundles/gdpr.yaml"), from, to));
    return path;
  }
  /// The shipped policy with segmentation on legitimate interests: who says nothing may be used.
  [[nodiscard]] std::string Eased() const {
    std::string eased = PolicyWith(
        "    article: GDPR Art. 6(1)(a), Art. 22(2)(c)\n    consent: opt_in\n    refusal_article: "
        "GDPR Art. 7(3)\n    minors: deny\n",
        "    article: GDPR Art. 6(1)(f)\n    consent: opt_out\n    refusal_article: GDPR Art. 21\n"
        "    minors: deny\n    assessment: LIA-1\n");
    const std::string basis = ReadText(eased);
    WriteText(
        eased,
        Replaced(basis,
                 "    description: Form segments of customers for our own campaigns\n    basis: "
                 "consent\n",
                 "    description: Form segments of customers for our own campaigns\n    basis: "
                 "legitimate_interests\n"));
    return eased;
  }
  [[nodiscard]] std::string State() const { return place_.state().string(); }

  Workplace place_;
};

TEST_F(Governance, ThePlansDigestIsInTheLogBeforeTheFirstTask) {
  const ProcessResult tail = Signet({"audit", "tail", "-n", "100000", "--state", State()});
  ASSERT_EQ(tail.exit_code, 0) << tail.err;
  const size_t bound = tail.out.find("\"plan.bound\"");
  const size_t leased = tail.out.find("\"lease.granted\"");
  const size_t finished = tail.out.find("\"task.finished\"");
  ASSERT_NE(bound, std::string::npos) << tail.out.substr(0, 2000);
  EXPECT_NE(tail.out.find("plan_digest"), std::string::npos);
  ASSERT_NE(leased, std::string::npos);
  ASSERT_NE(finished, std::string::npos);
  EXPECT_LT(bound, leased);
  EXPECT_LT(bound, finished);
}

TEST_F(Governance, ExplainTellsWhyAColumnMayBeUsedOrNot) {
  const Json email = Told({"policy",
                           "explain",
                           "crm.email",
                           "--pipeline",
                           place_.pipeline().string(),
                           "-p",
                           "data=" + place_.data().string()});
  EXPECT_EQ(email["treatment"]["kind"].AsString(), "escrow");
  EXPECT_EQ(email["rules"].items().at(0)["policy"].AsString(), "gdpr");
  const ProcessResult text = Signet({"policy",
                                     "explain",
                                     "profile.spend",
                                     "--pipeline",
                                     place_.pipeline().string(),
                                     "-p",
                                     "data=" + place_.data().string()});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find("orders.amount"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("gdpr.yaml:"), std::string::npos);
  const ProcessResult unknown = Signet({"policy",
                                        "explain",
                                        "crm.emial",
                                        "--pipeline",
                                        place_.pipeline().string(),
                                        "-p",
                                        "data=" + place_.data().string()});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.err.find("crm.email"), std::string::npos) << unknown.err;
}

TEST_F(Governance, DiffReplaysRecordedRunsUnderTheNewPolicy) {
  // Purchases may no longer serve marketing: the segment's step would be refused.
  const std::string denied = PolicyWith(
      "  user.behavior:\n    treatment: keep\n    purposes: [analytics, marketing.segmentation,",
      "  user.behavior:\n    treatment: keep\n    purposes: [analytics,");
  const Json json = Told({"policy", "diff", "gdpr", denied, "--on", "runs", "--state", State()});
  EXPECT_FALSE(json["same"].AsBool());
  std::set<std::string> columns;
  for (const Json& column : json["runs"]["columns"].items()) {
    EXPECT_FALSE(column["after"].AsBool());
    EXPECT_NE(column["rule"].AsString().find("new.yaml:"), std::string::npos);
    columns.insert(column["column"].AsString());
  }
  EXPECT_EQ(columns.count("orders.amount"), 1U) << json.Pretty();
  ASSERT_EQ(json["runs"]["segments"].size(), 1U) << json.Pretty();
  EXPECT_EQ(json["runs"]["segments"].items()[0]["segment"].AsString(), "buyers");
}

TEST_F(Governance, DiffCountsThePeopleConcernedThroughTheGate) {
  const std::string eased = Eased();
  const Json json = Told({"policy", "diff", "gdpr", eased, "--on", "runs", "--state", State()});
  for (const Json& one : json["runs"]["subjects"].items()) {
    for (const char* what : {"newly_denied", "newly_allowed"}) {
      const Json& count = one[what];
      EXPECT_TRUE(count.is_int() ? count.AsInt() >= 50 : count.AsString() == "fewer than 50")
          << json.Pretty();
    }
  }
  const Json larger = Told({"policy",
                            "diff",
                            "gdpr",
                            PolicyWith("min_group: 50", "min_group: 5000"),
                            "--on",
                            "runs",
                            "--state",
                            State()});
  ASSERT_EQ(larger["runs"]["segments"].size(), 1U) << larger.Pretty();
  EXPECT_TRUE(larger["runs"]["segments"].items()[0]["exact"].AsBool());
}

TEST_F(Governance, DiffCountsWhoIsNewlyAllowedFromTheLedger) {
  // Sixty customers whom the shop knows by their orders alone: they never said anything.
  std::string orders = ReadText(place_.data() / "orders.csv");
  for (int i = 1; i <= 60; ++i) {
    for (const char* const order : {"a", "b"}) {
      orders += "W" + std::to_string(i) + order + ",W" + std::to_string(i) +
                ",2025-11-12 10:00:00,20.00\n";
    }
  }
  WriteText(place_.data() / "orders.csv", orders);
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers)) << "silence is no consent";
  const std::vector<std::string> ask = {
      "policy", "diff", "gdpr", Eased(), "--on", "runs", "--state", State()};
  const Json json = Told(ask);
  bool counted = false;
  for (const Json& one : json["runs"]["subjects"].items()) {
    if (one["purpose"].AsString() != "marketing.segmentation") continue;
    counted = true;
    EXPECT_EQ(one["newly_allowed"].AsInt(), 60) << json.Pretty();
    for (const Json& rows : one["rows_allowed"].items()) {
      if (rows["dataset"].AsString() == "orders") {
        EXPECT_EQ(rows["rows"].AsInt(), 120);
      }
    }
  }
  EXPECT_TRUE(counted) << json.Pretty();
  ASSERT_GE(json["runs"]["members"].size(), 1U) << json.Pretty();
  EXPECT_EQ(json["runs"]["members"].items()[0]["joining_max"].AsInt(), 60) << json.Pretty();
  // One more is silent: her alone the two answers would tell of.
  WriteText(place_.data() / "orders.csv", orders + "W61a,W61,2025-11-12 10:00:00,20.00\n");
  ASSERT_TRUE(place_.Run().is_object());
  const Json again = Told(ask);
  for (const Json& one : again["runs"]["subjects"].items()) {
    EXPECT_FALSE(one["newly_allowed"].is_int()) << again.Pretty();
  }
  const ProcessResult log =
      Signet({"audit", "tail", "-n", "1000", "--type", "disclosure.told", "--state", State()});
  EXPECT_NE(log.out.find("\"what\":\"policy-diff\""), std::string::npos) << log.out;
}

TEST_F(Governance, ProfileShowsGroupsOnlyAndRemembersWhatItTold) {
  const Json orders = Told({"profile", "crm", "--state", State(), "--quasi", "country"});
  EXPECT_GE(orders["people"].AsInt(), 50);
  bool country = false;
  for (const Json& column : orders["columns"].items()) {
    EXPECT_NE(column["name"].AsString(), "email") << "escrowed cells are nobody's statistics";
    for (const Json& value : column["values"].items()) {
      if (value["people"].is_int()) {
        EXPECT_GE(value["people"].AsInt(), 50);
      }
      country = country || value["value"].AsString() == "FI";
    }
  }
  EXPECT_TRUE(country) << orders.Pretty();
  EXPECT_TRUE(orders["classes"]["k_reached"].AsBool());
  const std::string page = Signet({"profile", "crm", "--state", State(), "--format", "html"}).out;
  EXPECT_NE(page.find("<h1>Statistics of crm</h1>"), std::string::npos) << page.substr(0, 300);
  const std::string csv = Signet({"profile", "crm", "--state", State(), "--format", "csv"}).out;
  EXPECT_NE(csv.find("country,FI,"), std::string::npos) << csv;
  EXPECT_EQ((page + csv).find("@shop.example"), std::string::npos);
  const Json again = Told({"profile", "crm", "--state", State()});
  EXPECT_EQ(again["people"].AsInt(), orders["people"].AsInt())
      << "the same count may be told again";
}

TEST_F(Governance, ANoisyCountCostsBudgetUntilItIsSpent) {
  const std::vector<std::string> ask = {
      "profile", "crm", "--state", State(), "--epsilon", "0.6", "--recipient", "press"};
  const Json first = Told(ask);
  EXPECT_NE(first["budget"]["gauge"].AsString().find("0.60 of 1.00"), std::string::npos);
  EXPECT_GT(first["people_noisy"].AsInt(), 0);
  const ProcessResult second = Signet(ask);
  EXPECT_EQ(second.exit_code, kDenied) << second.out;
  EXPECT_NE(second.err.find("budget"), std::string::npos) << second.err;
}

TEST_F(Governance, GaussianNoiseTellsMoreCountsOutOfOneBudget) {
  const auto ask = [this](const std::string& noise) {
    return Signet({"report",
                   "counts",
                   "--state",
                   State(),
                   "--recipient",
                   noise,
                   "--epsilon",
                   "0.4",
                   "--noise",
                   noise,
                   "--format",
                   "json"});
  };
  const auto told = [&](const std::string& noise) {
    for (int times = 0; times < 20; ++times) {
      const Json json = ReportOf(ask(noise));
      const Json& count = json["facts"]["counts"].items().at(0);
      if (count["people"].is_null()) return times;
      EXPECT_TRUE(count["within_95"].is_int());
    }
    return 20;
  };
  EXPECT_EQ(told("laplace"), 2) << "0.4 and 0.4 of 1";
  EXPECT_GE(told("gaussian"), 5);
  const Json json = ReportOf(ask("gaussian"));
  bool gauged = false;
  for (const Json& budget : json["facts"]["budgets"].items()) {
    if (budget["recipient"].AsString() != "gaussian") continue;
    gauged = true;
    EXPECT_GT(budget["rho"].AsDouble(), 0);
    EXPECT_EQ(budget["delta"].AsDouble(), 1e-6);
    EXPECT_LE(budget["spent"].AsDouble(), 1.0);
  }
  EXPECT_TRUE(gauged) << json.Pretty();
}

TEST_F(Governance, APlanGoesToCatalogsAsOpenLineage) {
  const std::string file = (place_.root() / "lineage.json").string();
  const ProcessResult plan = Signet({"plan",
                                     place_.pipeline().string(),
                                     "-p",
                                     "data=" + place_.data().string(),
                                     "--openlineage",
                                     file,
                                     "--html",
                                     (place_.root() / "plan.html").string()});
  ASSERT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_NE(ReadText(file).find("columnLineage"), std::string::npos);
  const std::string page = ReadText(place_.root() / "plan.html");
  for (const char* part : {"<h2>Recipients</h2>",
                           "<h2>Purposes</h2>",
                           "email_platform",
                           "consent",
                           "GDPR Art. 6(1)(a)",
                           "rows decided by"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

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
