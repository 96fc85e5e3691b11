// Consent and rights of persons through a coordinator that stands: beside its runs, with receipts
// and entries like those of a command on a state of its own.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/api/control_client.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 40;
constexpr int kPerson = 7;  // three orders, consent, a member
constexpr int kOther = 11;
constexpr int kThird = 3;
constexpr Process::Seconds kPatience{90};

class StandingRights : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    Start();
  }
  void Start() {
    coordinator_ = place_.Start({"dev", "--workers", "1", "--state", place_.state().string()});
    ASSERT_NE(coordinator_, nullptr);
    ASSERT_TRUE(coordinator_->WaitUntil(
        [this] { return coordinator_->err().find("try: ") != std::string::npos; }, kPatience))
        << coordinator_->err();
  }
  void Stop() {
    coordinator_->Signal(SIGTERM);
    const ProcessResult ended = coordinator_->Wait(kPatience);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(ended.err.find("@shop.example"), std::string::npos)
        << "nobody is named: " << ended.err;
    coordinator_.reset();
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
  /// A run to its end: the members of its snapshot.
  [[nodiscard]] int64_t Members() const {
    return MembersOf(Done({"submit",
                           place_.pipeline().string(),
                           "-p",
                           "data=" + place_.data().string(),
                           "-w",
                           "--format",
                           "json"}));
  }
  static std::string Naming(int customer) { return "email " + ShopEmail(customer) + "\n"; }
  [[nodiscard]] bool HasReceipt(const std::string& name) const {
    return fs::exists(place_.state() / "receipts" / (name + ".tlog-proof"));
  }

  Workplace place_;
  std::unique_ptr<Process> coordinator_;
};

TEST_F(StandingRights, StatementsRightsAndSweepsAreTakenWhileItStands) {
  ASSERT_EQ(Members(), ShopMembers(kCustomers));
  // Consent: one person's word, a platform's export, a browser's signal.
  const Json set =
      Done({"consent", "set", "--purpose", "marketing.segmentation", "--to", "withdrawn"},
           Naming(kPerson));
  EXPECT_EQ(set["changes"].AsInt(), 1);
  const fs::path file = place_.root() / "consents.csv";
  WriteText(file,
            "email,purpose,state,time\n" + ShopEmail(kOther) +
                ",marketing.segmentation,withdrawn,2026-01-05T00:00:00Z\n");
  const Json imported = Done({"consent", "import", file.string(), "--source", "onetrust"});
  EXPECT_EQ(imported["changes"].AsInt(), 1);
  EXPECT_TRUE(HasReceipt("consent-import-" + imported["delta"].AsString()));
  EXPECT_TRUE(Done({"consent", "gpc"}, Naming(kOther))["known"].AsBool());
  EXPECT_EQ(Done({"subject", "restrict"}, Naming(kThird))["stage"].AsString(), "done");
  EXPECT_EQ(Members(), ShopMembers(kCustomers) - 3);

  // An answer, an erasure in both its stages, and what is left to do.
  const fs::path out = place_.root() / "answer";
  const Json access = Done({"subject", "access", "--out", out.string()}, Naming(kThird));
  EXPECT_EQ(access["stage"].AsString(), "done");
  EXPECT_NE(ReadText(out / "answer.json").find(ShopEmail(kThird)), std::string::npos);
  const Json erased = Done({"subject", "erase"}, Naming(kPerson));
  EXPECT_EQ(erased["stage"].AsString(), "done") << erased.Dump();
  EXPECT_TRUE(HasReceipt(erased["request"].AsString() + "-withdrawn"));
  EXPECT_TRUE(HasReceipt(erased["request"].AsString() + "-destroyed"));
  EXPECT_EQ(Do({"subject", "status"}, Naming(kPerson)).exit_code, 1) << "nobody knows them now";
  const Json later = Done({"subject", "erase", "--withdraw-only"}, Naming(kOther));
  EXPECT_EQ(later["stage"].AsString(), "withdrawn");
  const Json open = Done({"subject", "status"}, Naming(kOther));
  EXPECT_GT(open["requests"].items().at(0)["days_left"].AsInt(), 20);
  EXPECT_FALSE(open["requests"].items().at(0)["late"].AsBool(true));
  EXPECT_EQ(Done({"retention", "sweep"})["erasures_destroyed"].AsInt(), 1);

  // Settings, and the next run without those who are gone.
  (void)Done({"retention", "hold", "shop", "--reason", "claim 3"});
  EXPECT_EQ(Done({"retention", "list"})["holds"].size(), 1U);
  EXPECT_EQ(Members(), ShopMembers(kCustomers) - 3);
  Stop();
  EXPECT_EQ(Do({"audit", "verify"}).exit_code, 0);
  // The keys that those tasks were leased are entries too, with the right they were leased for.
  const std::string leases = Do({"audit", "tail", "--type", "lease.granted", "-n", "500"}).out;
  for (const char* step : {"\"locate\"", "\"subject_refs\"", "a person's right"}) {
    EXPECT_NE(leases.find(step), std::string::npos) << step;
  }
}

TEST_F(StandingRights, AProgramAsksThroughTheServiceItself) {
  ASSERT_EQ(Members(), ShopMembers(kCustomers));
  coordinator::ControlAddress address;
  address.socket = place_.state() / "control.sock";
  const auto client = coordinator::ControlClient::Connect(address);
  ASSERT_TRUE(client.ok()) << client.status().ToString();
  const Result<Json> given = (*client)->Rights("consent_set",
                                               Json::Of({{"people", Naming(kPerson)},
                                                         {"purpose", "marketing.segmentation"},
                                                         {"to", "withdrawn"}}));
  ASSERT_TRUE(given.ok()) << given.status().ToString();
  const Result<Json> opted =
      (*client)->Rights("ask", Json::Of({{"right", "opt_out"}, {"people", Naming(kOther)}}));
  ASSERT_TRUE(opted.ok()) << opted.status().ToString();
  EXPECT_EQ((*opted)["receipts"].size(), 1U);
  const Result<Json> nobody =
      (*client)->Rights("ask", Json::Of({{"right", "opt_out"}, {"people", "email x@y.example"}}));
  EXPECT_EQ(nobody.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(nobody.status().ToString().find("x@y"), std::string::npos);
  EXPECT_EQ(Members(), ShopMembers(kCustomers) - 1);
  Stop();
  const std::string tail = Do({"audit", "tail", "-n", "500"}).out;
  EXPECT_NE(tail.find("\"api\""), std::string::npos) << "who asked how";
}

TEST_F(StandingRights, TheSignalOfWhoIsNotKnownYetOptsThemOutOnceTheyAre) {
  ASSERT_EQ(Members(), ShopMembers(kCustomers));
  constexpr int kNewcomer = 901;
  const Json kept = Done({"consent", "gpc"}, Naming(kNewcomer));
  EXPECT_FALSE(kept["known"].AsBool(true));
  EXPECT_EQ(kept["kept"].AsInt(), 1);
  WriteText(place_.data() / "crm.csv",
            ReadText(place_.data() / "crm.csv") + "C901," + ShopEmail(kNewcomer) +
                ",1980-05-17,FI,true,2025-06-01 12:00:00\n");
  WriteText(place_.data() / "orders.csv",
            ReadText(place_.data() / "orders.csv") + "O901-1,C901,2025-11-10 10:00:00,10.00\n");
  // The recipient is a processor, to whom nothing is sold: the newcomer is a member, and opted out.
  EXPECT_EQ(Members(), ShopMembers(kCustomers) + 1);
  const Json shown = Done({"consent", "show"}, Naming(kNewcomer));
  EXPECT_NE(shown["statements"].Dump().find("\"gpc\""), std::string::npos) << shown.Dump();
  EXPECT_NE(shown["statements"].Dump().find("api.gpc"), std::string::npos);
  EXPECT_EQ(Done({"consent", "show"}, Naming(kOther))["statements"].Dump().find("\"gpc\""),
            std::string::npos);
  Stop();
}

}  // namespace
}  // namespace signet::e2e
