// The right to erasure and the withdrawal of consent, through the programs alone.
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr int kCustomers = 200;
constexpr int kErased = 7;
constexpr int kWithdrawn = 11;
constexpr int kCorrupt = 5;

class Erasure : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(IsShopMember(kErased) && IsShopMember(kWithdrawn));
    SetUpShop(place_, kCustomers);
    ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  }

  /// A file that names the customer by e-mail, written as people write it.
  [[nodiscard]] std::string FileNaming(int customer) const {
    const fs::path file = place_.root() / ("who-" + std::to_string(customer) + ".txt");
    WriteText(file, "# from a letter\nemail  " + Replaced(ShopEmail(customer), "p", "P") + "\n");
    return file.string();
  }
  [[nodiscard]] ProcessResult Erase(int customer) const {
    return place_.Signet(
        {"subject", "erase", "--state", place_.state().string(), "--from", FileNaming(customer)});
  }
  [[nodiscard]] ProcessResult SetConsent(int customer, const std::string& to) const {
    return place_.Signet({"consent",
                          "set",
                          "--state",
                          place_.state().string(),
                          "--from",
                          FileNaming(customer),
                          "--purpose",
                          "marketing.segmentation",
                          "--to",
                          to});
  }
  void ExpectLogVerifies() const {
    const std::string state = place_.state().string();
    const ProcessResult verified = place_.Signet({"audit", "verify", "--state", state});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    const fs::path exported = place_.root() / "log";
    const ProcessResult wrote =
        place_.Signet({"audit", "export", "--state", state, "--out", exported.string()});
    ASSERT_EQ(wrote.exit_code, 0) << wrote.err;
    const ProcessResult key = place_.Signet({"audit", "key", "--state", state});
    ProcessOptions options;
    options.arguments = {exported.string(), "--key", key.out.substr(0, key.out.find('\n'))};
    const ProcessResult judged = RunProcess(testing_support::ProgramFolder() / "signet-verify",
                                            options,
                                            testing_support::Process::Seconds(60));
    EXPECT_EQ(judged.exit_code, 0) << judged.out << judged.err;
  }

  Workplace place_;
};

TEST_F(Erasure, TheErasedNeverReturnThoughTheFilesStillNameThem) {
  const ProcessResult erased = Erase(kErased);
  ASSERT_EQ(erased.exit_code, 0) << erased.err;
  const Json receipts = ReportOf(erased)["receipts"];
  ASSERT_EQ(receipts.size(), 2U);
  EXPECT_EQ(receipts.items()[0]["stage"].AsString(), "withdrawn");
  EXPECT_EQ(receipts.items()[1]["stage"].AsString(), "destroyed");
  for (const char* stage : {"withdrawn", "destroyed"}) {
    const std::string base = ReportOf(erased)["request"].AsString() + "-" + stage;
    EXPECT_TRUE(fs::exists(place_.state() / "receipts" / (base + ".json"))) << base;
    EXPECT_TRUE(fs::exists(place_.state() / "receipts" / (base + ".tlog-proof"))) << base;
  }
  EXPECT_FALSE(fs::exists(place_.state() / "custody" / "kek-1.key"))
      << "the key generation of the first run outlived the erasure";

  // A new row names them by the same e-mail under a new number: they stay out all the same.
  WriteText(place_.data() / "crm.csv",
            ReadText(place_.data() / "crm.csv") + "C9001," + ShopEmail(kErased) +
                ",1980-05-17,FI,true,2025-12-01 12:00:00\n");
  WriteText(place_.data() / "orders.csv",
            ReadText(place_.data() / "orders.csv") + "O9001,C9001,2025-12-02 10:00:00,5.00\n");
  const Json again = place_.Run();
  EXPECT_EQ(MembersOf(again), ShopMembers(kCustomers) - 1);
  EXPECT_GE(SumOfFigure(again, "resolve", "suppressed_links"), 1);
  EXPECT_GE(SumOfFigure(again, "resolve", "suppressed_rows"), 1);
  ExpectLogVerifies();

  // They are unknown now: a second request finds nobody, and does not repeat who was asked for.
  const ProcessResult twice = Erase(kErased);
  EXPECT_EQ(twice.exit_code, 1) << twice.out;
  EXPECT_EQ((twice.out + twice.err).find("erson7"), std::string::npos);
}

TEST_F(Erasure, WithdrawnConsentRemovesAMemberAndGivenConsentBringsThemBack) {
  const ProcessResult withdrawn = SetConsent(kWithdrawn, "withdrawn");
  ASSERT_EQ(withdrawn.exit_code, 0) << withdrawn.err;
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers) - 1);
  // The file still says "true", dated before: it does not override the person.
  const ProcessResult given = SetConsent(kWithdrawn, "given");
  ASSERT_EQ(given.exit_code, 0) << given.err;
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  ExpectLogVerifies();
}

TEST_F(Erasure, APurposeThatNoPolicyKnowsCannotBeConsentedTo) {
  const ProcessResult result = place_.Signet({"consent",
                                              "set",
                                              "--state",
                                              place_.state().string(),
                                              "--from",
                                              FileNaming(kWithdrawn),
                                              "--purpose",
                                              "marketing.segmentatoin",
                                              "--to",
                                              "withdrawn"});
  EXPECT_EQ(result.exit_code, 1) << "a withdrawal for a misspelt purpose was accepted silently: "
                                 << result.out;
}

TEST_F(Erasure, AnOldCopyOfTheStateIsRefusedBesideTodaysKeys) {
  const fs::path old = place_.root() / "old";
  fs::copy(place_.state(), old, fs::copy_options::recursive);
  ASSERT_EQ(Erase(kErased).exit_code, 0);
  fs::remove_all(old / "custody");
  fs::copy(place_.state() / "custody", old / "custody", fs::copy_options::recursive);
  const ProcessResult run = place_.Signet({"run",
                                           place_.pipeline().string(),
                                           "-p",
                                           "data=" + place_.data().string(),
                                           "--state",
                                           old.string()});
  EXPECT_EQ(run.exit_code, kCorrupt) << run.err;
  EXPECT_NE(run.err.find("help: "), std::string::npos) << run.err;
  const ProcessResult verify = place_.Signet({"audit", "verify", "--state", old.string()});
  EXPECT_EQ(verify.exit_code, kCorrupt) << verify.err;
}

TEST_F(Erasure, AStoreRolledBackBelowItsCheckpointIsRefused) {
  const fs::path old = place_.root() / "old-store";
  fs::copy(place_.state() / "store", old, fs::copy_options::recursive);
  ASSERT_EQ(SetConsent(kWithdrawn, "withdrawn").exit_code, 0);
  fs::remove_all(place_.state() / "store");
  fs::copy(old, place_.state() / "store", fs::copy_options::recursive);
  const ProcessResult run = place_.Signet(place_.RunArguments());
  EXPECT_EQ(run.exit_code, kCorrupt) << "a store from before the withdrawal was taken: " << run.err;
}

}  // namespace
}  // namespace signet::e2e
