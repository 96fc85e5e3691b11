// What `signet plan` must refuse, with the text that people read (tests/golden/e2e/refusal_*.txt).
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using testing_support::ProcessResult;

constexpr int kBadInput = 1;
constexpr int kDenied = 3;

using Changes = std::vector<std::pair<std::string, std::string>>;

struct Refusal {
  const char* name;  ///< of the golden file
  int exit_code;
  const char* code;  ///< SIG-...
  Changes changes;
};

class Refusals : public testing::Test {
 protected:
  void SetUp() override { SetUpShop(place_, 40); }

  [[nodiscard]] ProcessResult Plan() const {
    return place_.Signet(
        {"plan", place_.pipeline().string(), "-p", "data=" + place_.data().string()});
  }

  void ExpectRefused(const Refusal& refusal) const {
    SCOPED_TRACE(refusal.name);
    const ProcessResult plan = Plan();
    EXPECT_EQ(plan.exit_code, refusal.exit_code) << plan.out << plan.err;
    EXPECT_TRUE(plan.out.empty()) << plan.out;
    EXPECT_NE(plan.err.find(refusal.code), std::string::npos) << plan.err;
    EXPECT_NE(plan.err.find("help: "), std::string::npos) << "no remedy: " << plan.err;
    EXPECT_NE(plan.err.find("loyalty.yaml:"), std::string::npos) << "no place: " << plan.err;
    ExpectGolden("refusal_" + std::string(refusal.name),
                 Replaced(plan.err, place_.root().string(), "FOLDER"));
    // A run is refused by the same proof, before a state is touched.
    const std::string state = (place_.root() / "untouched").string();
    const ProcessResult run = place_.Signet({"run",
                                             place_.pipeline().string(),
                                             "-p",
                                             "data=" + place_.data().string(),
                                             "--state",
                                             state});
    EXPECT_EQ(run.exit_code, refusal.exit_code);
    EXPECT_EQ(run.err, plan.err);
    EXPECT_FALSE(std::filesystem::exists(state));
  }

  void ExpectShopRefused(const Refusal& refusal) const {
    std::string text = ShopPipeline();
    for (const auto& [from, to] : refusal.changes) {
      ASSERT_NE(text.find(from), std::string::npos) << refusal.name << ": " << from;
      text = Replaced(text, from, to);
    }
    WriteText(place_.pipeline(), text);
    ExpectRefused(refusal);
  }

  Workplace place_;
};

TEST_F(Refusals, TheShopAsItIsIsAccepted) {
  const ProcessResult plan = Plan();
  EXPECT_EQ(plan.exit_code, 0) << plan.err;
}

TEST_F(Refusals, AColumnReachesNoPurposeItsPolicyForbids) {
  const Refusal refusals[] = {
      {"purpose_direct",
       kDenied,
       "SIG-3003",
       {{"SELECT subject, count(*)", "SELECT subject, max(town) AS home, count(*)"},
        {"amount: {category",
         "town: {category: user.location.imprecise}\n      amount: {category"}}},
      // The column has another name by now and two steps lie between: its label has not changed.
      {"purpose_two_steps_away",
       kDenied,
       "SIG-3003",
       {{"amount: {category", "town: {category: user.location.imprecise}\n      amount: {category"},
        {"  buyers:\n",
         "  homes:\n"
         "    uses: sql\n"
         "    purpose: analytics.churn\n"
         "    inputs: {bought: orders}\n"
         "    sql: SELECT subject, max(place) AS base FROM (SELECT subject, town AS place FROM "
         "bought) GROUP BY subject\n"
         "  sizes:\n"
         "    uses: sql\n"
         "    purpose: analytics.churn\n"
         "    inputs: {homes: homes}\n"
         "    sql: SELECT subject, length(base) AS size FROM homes\n"
         "  near:\n"
         "    uses: segment\n"
         "    purpose: marketing.segmentation\n"
         "    from: sizes\n"
         "    where: size >= 4\n"
         "  buyers:\n"}}},
      {"recipient_of_another_purpose",
       kDenied,
       "SIG-3037",
       {{"recipients: [email_platform]", "recipients: [ad_network]"}}},
  };
  for (const Refusal& refusal : refusals) ExpectShopRefused(refusal);
}

TEST_F(Refusals, MistakesArePointedAt) {
  const Refusal refusals[] = {
      {"unknown_key", kBadInput, "SIG-", {{"where: orders_count >= 1", "wher: orders_count >= 1"}}},
      {"unknown_dataset", kBadInput, "SIG-3001", {{"{orders: orders}", "{orders: ordres}"}}},
      {"unknown_operator", kBadInput, "SIG-3005", {{"uses: segment", "uses: segmant"}}},
      {"unknown_purpose",
       kBadInput,
       "SIG-3017",
       {{"purpose: marketing.segmentation\n    from",
         "purpose: marketing.segmentatoin\n    from"}}},
      {"unknown_category",
       kBadInput,
       "SIG-3018",
       {{"{category: user.contact.email}", "{category: user.contact.emial}"}}},
      {"unclassified_column",
       kDenied,
       "SIG-3004",
       {{"email: {category: user.contact.email}", "email: {}"}}},
      {"unknown_column_in_sql", kBadInput, "SIG-3010", {{"sum(amount)", "sum(amonut)"}}},
      {"unknown_column_in_where",
       kBadInput,
       "SIG-30",
       {{"where: orders_count >= 1", "where: order_count >= 1"}}},
      {"unknown_recipient",
       kBadInput,
       "SIG-3013",
       {{"recipients: [email_platform]", "recipients: [email_platfrom]"}}},
      {"random_in_sql", kBadInput, "SIG-3010", {{"sum(amount)", "sum(amount * random())"}}},
      {"limit_without_order",
       kBadInput,
       "SIG-3010",
       {{"GROUP BY subject", "GROUP BY subject LIMIT 10"}}},
      {"file_read_in_sql",
       kBadInput,
       "SIG-3010",
       {{"FROM orders\n", "FROM read_csv('/etc/passwd')\n"}}},
      {"two_statements",
       kBadInput,
       "SIG-3010",
       {{"GROUP BY subject", "GROUP BY subject; SELECT 1"}}},
      {"cycle",
       kBadInput,
       "SIG-3006",
       {{"inputs: {orders: orders}", "inputs: {orders: orders, mine: buyers}"}}},
      {"parameter_missing", kBadInput, "SIG-3014", {{"${data}/orders.csv", "${dta}/orders.csv"}}},
      {"publishing_what_is_no_segment",
       kBadInput,
       "SIG-3022",
       {{"segments: [buyers]", "segments: [profile]"}}},
      {"duplicate_key",
       kBadInput,
       "SIG-",
       {{"    from: profile\n", "    from: profile\n    from: profile\n"}}},
      {"unknown_policy", kBadInput, "SIG-", {{"policies: [gdpr]", "policies: [gdrp]"}}},
  };
  for (const Refusal& refusal : refusals) ExpectShopRefused(refusal);
}

TEST_F(Refusals, NothingReadsPastTheCutOff) {
  const Refusal refusals[] = {
      {"cutoff_after_as_of", kBadInput, "SIG-3007", {{"cutoff: as_of\n", "cutoff: as_of + 1d\n"}}},
      // What happens within the horizon after as_of is not known yet: the label would be a guess.
      {"label_window_open",
       kBadInput,
       "SIG-3007",
       {{"cutoff: \"as_of - horizon\"", "cutoff: \"as_of - 30d\""}}},
  };
  for (const Refusal& refusal : refusals) {
    place_.WritePipeline(refusal.changes);
    // Files are looked for by plan: names of the loyalty pipeline's inputs, never opened by it.
    for (const char* name : {"transactions-1.csv",
                             "web-1.jsonl",
                             "offer_events.csv",
                             "offers.csv",
                             "experiment_assignments.csv",
                             "experiment_exposures.csv",
                             "products.csv"}) {
      WriteText(place_.data() / name, "");
    }
    ExpectRefused(refusal);
  }
}

TEST_F(Refusals, ParametersAreCheckedByTypeAndName) {
  const std::string data = "data=" + place_.data().string();
  const std::string pipeline = place_.pipeline().string();
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
  };
  for (const Case& c :
       {Case{"parameter_absent", {"plan", pipeline}},
        Case{"parameter_of_wrong_type", {"plan", pipeline, "-p", data, "-p", "as_of=soon"}},
        Case{"parameter_unknown", {"plan", pipeline, "-p", data, "-p", "horizn=3d"}}}) {
    SCOPED_TRACE(c.name);
    const ProcessResult plan = place_.Signet(c.arguments);
    EXPECT_EQ(plan.exit_code, kBadInput) << plan.err;
    ExpectGolden("refusal_" + std::string(c.name),
                 Replaced(plan.err, place_.root().string(), "FOLDER"));
  }
  EXPECT_EQ(place_.Signet({"plan"}).exit_code, 2);
  EXPECT_EQ(place_.Signet({"paln", pipeline}).exit_code, 2);
}

}  // namespace
}  // namespace signet::e2e
