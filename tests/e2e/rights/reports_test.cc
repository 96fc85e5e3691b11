// The reports of governance, made from a real run.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

constexpr int kCustomers = 40;
constexpr int kDenied = 3;

class Reports : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    (void)place_.Run();
  }
  [[nodiscard]] ProcessResult Report(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "report");
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return place_.Signet(std::move(arguments));
  }
  [[nodiscard]] Json Made(std::vector<std::string> arguments) const {
    const ProcessResult result = Report(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return ReportOf(result);
  }
  static std::string Naming(int customer) { return "email " + ShopEmail(customer) + "\n"; }

  Workplace place_;
};

TEST_F(Reports, TheRecordOfProcessingIsMadeFromWhatRanAndDriftFails) {
  const Json ropa = Made({"ropa"});
  ASSERT_EQ(ropa["facts"]["activities"].size(), 1U);
  const Json& activity = ropa["facts"]["activities"].items().at(0);
  EXPECT_EQ(activity["purpose"].AsString(), "marketing.segmentation");
  EXPECT_EQ(activity["recipients"].AsStrings(), std::vector<std::string>{"email_platform"});
  EXPECT_NE(activity["categories"].Dump().find("user.behavior.purchase_history"),
            std::string::npos);
  const fs::path declared = place_.root() / "register.json";
  WriteText(declared, ropa.Dump());
  EXPECT_EQ(Report({"ropa", "--declared", declared.string()}).exit_code, 0);
  WriteText(declared, Replaced(ropa.Dump(), "email_platform", "somebody_else"));
  const ProcessResult drifted = Report({"ropa", "--declared", declared.string()});
  EXPECT_EQ(drifted.exit_code, kDenied);
  EXPECT_NE(drifted.err.find("SIG-4702"), std::string::npos) << drifted.err;
  EXPECT_NE(drifted.err.find("email_platform"), std::string::npos) << drifted.err;
}

TEST_F(Reports, EveryFormOfEveryReportIsThereAndHoldsNoPerson) {
  for (const char* report : {"ropa", "dpia", "lineage", "requests"}) {
    for (const char* format : {"json", "html", "csv"}) {
      SCOPED_TRACE(std::string(report) + " as " + format);
      const ProcessResult result = Report({report, "--format", format});
      EXPECT_EQ(result.exit_code, 0) << result.err;
      EXPECT_GT(result.out.size(), 50U);
      EXPECT_EQ(result.out.find("person1"), std::string::npos);
    }
  }
  const Json lineage = Made({"lineage", "--column", "orders.amount"});
  EXPECT_NE(lineage.Dump().find("spend"), std::string::npos);
  EXPECT_EQ(Made({"dpia", "--view", "cpra"})["facts"]["view"].AsString(), "cpra");
}

TEST_F(Reports, ABreachIsScopedByWorkerKeyAndArtifact) {
  const ProcessResult tail = place_.Signet(
      {"audit", "tail", "--type", "lease.granted", "-n", "1", "--state", place_.state().string()});
  const Result<Json> entry = Json::Parse(tail.out.substr(0, tail.out.find('\n')));
  ASSERT_TRUE(entry.ok()) << tail.out;
  const std::string worker = (*entry)["facts"]["leases"].items().at(0)["worker"].AsString();
  ASSERT_FALSE(worker.empty()) << tail.out;
  const fs::path proofs = place_.root() / "proofs";
  const Json breach = Made({"breach", "--worker", worker, "--proofs", proofs.string()});
  EXPECT_GT(breach["facts"]["subjects_max"].AsInt(), 0);
  EXPECT_LE(breach["facts"]["subjects_max"].AsInt(), kCustomers);
  EXPECT_GT(breach["facts"]["datasets"].AsInt(), 0);
  EXPECT_FALSE(fs::is_empty(proofs));
  const Json all = Made({"breach", "--key", "kek:1"});
  EXPECT_EQ(all["facts"]["subjects_max"].AsInt(), kCustomers);
  EXPECT_EQ(Report({"breach", "--worker", "nobody"}).exit_code, 1);
  EXPECT_EQ(Report({"breach"}).exit_code, 1);
  for (const fs::directory_entry& file :
       fs::recursive_directory_iterator(place_.state() / "blobs")) {
    if (!file.is_regular_file()) continue;
    const std::string digest =
        file.path().parent_path().filename().string() + file.path().filename().string();
    EXPECT_EQ(Made({"breach", "--artifact", digest})["facts"]["datasets"].AsInt(), 1);
    break;
  }
}

TEST_F(Reports, TheRequestLogCountsWhatWasAsked) {
  (void)place_.Signet({"subject", "restrict", "--state", place_.state().string()}, Naming(7));
  const Json log = Made({"requests"});
  EXPECT_EQ(log["facts"]["restriction"]["complied"].AsInt(), 1);
  EXPECT_EQ(log["facts"]["restriction"]["late"].AsInt(), 0);
}

}  // namespace
}  // namespace signet::e2e
