// A standing coordinator sweeps by itself when its schedule says so: nobody asks for it here.
#include <filesystem>
#include <memory>
#include <signal.h>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 60;
constexpr int kPerson = 7;  // three orders, consent, a member
constexpr Process::Seconds kPatience{120};
/// A schedule of each minute is due within one.
constexpr Process::Seconds kMinutes{240};

class Sweeps : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    dev_ = place_.Start({"dev", "--workers", "1", "--state", place_.state().string()});
    ASSERT_NE(dev_, nullptr);
    ASSERT_TRUE(dev_->WaitUntil(
        [this] { return dev_->err().find("coordinator up") != std::string::npos; }, kPatience))
        << dev_->err();
  }
  [[nodiscard]] ProcessResult Do(std::vector<std::string> arguments,
                                 const std::string& input = "") const {
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return place_.Signet(std::move(arguments), input);
  }
  [[nodiscard]] Json Done(std::vector<std::string> arguments, const std::string& input = "") const {
    const ProcessResult result = Do(std::move(arguments), input);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return ReportOf(result);
  }
  [[nodiscard]] fs::path Receipt(const std::string& name) const {
    return place_.state() / "receipts" / (name + ".tlog-proof");
  }

  Workplace place_;
  std::unique_ptr<Process> dev_;
};

TEST_F(Sweeps, WhatWasWithdrawnIsDestroyedAtTheNextMomentOfTheSchedule) {
  const Json run = Done({"submit",
                         place_.pipeline().string(),
                         "-p",
                         "data=" + place_.data().string(),
                         "-w",
                         "--format",
                         "json"});
  ASSERT_EQ(MembersOf(run), ShopMembers(kCustomers));
  const std::string person = "email " + ShopEmail(kPerson) + "\n";
  const Json asked = Done({"subject", "erase", "--withdraw-only"}, person);
  const std::string request = asked["request"].AsString();
  ASSERT_TRUE(fs::exists(Receipt(request + "-withdrawn")));
  ASSERT_FALSE(fs::exists(Receipt(request + "-destroyed"))) << "only a sweep destroys";

  const ProcessResult set = Do({"retention", "schedule", "--cron", "* * * * *"});
  ASSERT_EQ(set.exit_code, 0) << set.err;
  EXPECT_TRUE(
      dev_->WaitUntil([&] { return fs::exists(Receipt(request + "-destroyed")); }, kMinutes))
      << dev_->err();
  EXPECT_EQ(Do({"subject", "status"}, person).exit_code, 1) << "nobody knows them now";
  EXPECT_EQ(Do({"retention", "schedule", "--off"}).exit_code, 0);

  dev_->Signal(SIGTERM);
  EXPECT_EQ(dev_->Wait(kPatience).exit_code, 0);
  EXPECT_EQ(Do({"audit", "verify"}).exit_code, 0);
}

}  // namespace
}  // namespace signet::e2e
