// What the compliance officer and the engineer ask of a real state: why, what if, how many.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/governance/governance_world.h"

namespace signet::e2e {
namespace {

using testing_support::ProcessResult;

constexpr int kDenied = 3;
constexpr int kCustomers = kGovernanceCustomers;

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

}  // namespace
}  // namespace signet::e2e
