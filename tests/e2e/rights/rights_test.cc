// What persons may ask for, through the programs alone: the answer, its proofs, its effect.
#include <algorithm>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr int kCustomers = 60;
constexpr int kPerson = 7;  // three orders, consent, a member
constexpr int kOther = 11;
constexpr int kDenied = 3;

class Rights : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
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
  static std::string Naming(int customer) { return "email " + ShopEmail(customer) + "\n"; }

  /// The receipt, its entry and its proof belong together, under the log's public key alone.
  void ExpectReceipt(const std::string& name) const {
    const fs::path base = place_.state() / "receipts";
    const ProcessResult key = Do({"audit", "key"});
    ProcessOptions options;
    options.arguments = {"proof",
                         (base / (name + ".tlog-proof")).string(),
                         "--entry",
                         (base / (name + ".entry.json")).string(),
                         "--key",
                         key.out.substr(0, key.out.find('\n'))};
    const ProcessResult judged = RunProcess(testing_support::ProgramFolder() / "signet-verify",
                                            options,
                                            testing_support::Process::Seconds(60));
    EXPECT_EQ(judged.exit_code, 0) << name << ": " << judged.out << judged.err;
    options.arguments = {(base / (name + ".json")).string()};
    const ProcessResult digest =
        RunProcess("/usr/bin/sha256sum", options, testing_support::Process::Seconds(60));
    const Result<Json> entry = Json::Parse(ReadText(base / (name + ".entry.json")));
    ASSERT_TRUE(entry.ok());
    EXPECT_EQ((*entry)["facts"]["digest"].AsString(), digest.out.substr(0, 64));
  }

  Workplace place_;
};

unsigned ModeOf(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

TEST_F(Rights, AccessGivesEverythingHeldWithProofsInFilesOfTheAskerAlone) {
  ASSERT_TRUE(IsShopMember(kPerson));
  (void)Done({"consent", "set", "--purpose", "marketing.email", "--to", "given"}, Naming(kPerson));
  const fs::path out = place_.root() / "answer";
  const Json asked = Done({"subject", "access", "--out", out.string()}, Naming(kPerson));
  EXPECT_EQ(asked["stage"].AsString(), "done");
  ASSERT_EQ(asked["receipts"].size(), 1U);
  ExpectReceipt(asked["request"].AsString() + "-done");

  const Json answer = *Json::Parse(ReadText(out / "answer.json"));
  const std::string data = answer["data"].Dump();
  EXPECT_NE(data.find(ShopEmail(kPerson)), std::string::npos) << "the escrowed address is theirs";
  EXPECT_NE(data.find("70.00"), std::string::npos) << "their orders";
  EXPECT_EQ(data.find(ShopEmail(kOther)), std::string::npos);
  EXPECT_EQ(answer["segments"].items().at(0)["rows"].size(), 1U);
  const Json::Array& derived = answer["derived"].items();
  const auto counted = std::find_if(derived.begin(), derived.end(), [](const Json& dataset) {
    return dataset["rows"].items().at(0).Has("orders_count");
  });
  ASSERT_NE(counted, derived.end()) << answer["derived"].Dump();
  EXPECT_EQ((*counted)["rows"].items().at(0)["orders_count"].AsString(), "3");
  EXPECT_EQ(answer["recipients"].items().at(0)["recipient"].AsString(), "email_platform");
  EXPECT_GT(answer["purposes"].size(), 5U);
  EXPECT_EQ(answer["retention"]["scores"].AsString(), "180 days");
  EXPECT_NE(answer["statements"].Dump().find("crm.segmentation_ok"), std::string::npos);
  EXPECT_GE(answer["statements"]["changes"].size(), 1U) << "proofs of the ledger's sealed deltas";
  // The consent and this very request lie in the log, each with its proof.
  ASSERT_GE(answer["log"].size(), 2U);
  for (const Json& entry : answer["log"].items()) {
    const std::string index = std::to_string(entry["index"].AsInt());
    EXPECT_TRUE(fs::exists(out / "proofs" / (index + ".tlog-proof"))) << index;
  }
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(out)) {
    if (file.is_regular_file()) {
      EXPECT_EQ(ModeOf(file.path()), 0600U) << file.path();
    }
  }
  EXPECT_EQ(ModeOf(out), 0700U);
  // A second answer does not overwrite the first.
  EXPECT_EQ(Do({"subject", "access", "--out", out.string()}, Naming(kPerson)).exit_code, 1);
}

TEST_F(Rights, ThePortableCopyHoldsWhatWasGivenAsJsonAndCsvAndNothingDerived) {
  const fs::path out = place_.root() / "copy";
  const Json asked = Done({"subject", "export", "--out", out.string()}, Naming(kPerson));
  EXPECT_EQ(asked["right"].AsString(), "portability");
  const Json copy = *Json::Parse(ReadText(out / "answer.json"));
  EXPECT_FALSE(copy.Has("scores"));
  EXPECT_EQ(copy.Dump().find("orders_count"), std::string::npos);
  const std::string orders = ReadText(out / "data.orders.csv");
  EXPECT_EQ(std::count(orders.begin(), orders.end(), '\n'), 4) << orders;
}

TEST_F(Rights, RestrictionAndObjectionTakeEffectAtThePublishGateAndAreLifted) {
  const int64_t all = ShopMembers(kCustomers);
  (void)Done({"subject", "restrict"}, Naming(kPerson));
  const Json objected = Done({"subject", "object", "--purpose", "marketing"}, Naming(kOther));
  ExpectReceipt(objected["request"].AsString() + "-done");
  EXPECT_EQ(MembersOf(place_.Run()), all - 2);
  (void)Done({"subject", "restrict", "--lift"}, Naming(kPerson));
  EXPECT_EQ(MembersOf(place_.Run()), all - 1);
  const Json status = Done({"subject", "status"}, Naming(kPerson));
  ASSERT_EQ(status["requests"].size(), 2U);
  for (const Json& request : status["requests"].items()) {
    EXPECT_EQ(request["stage"].AsString(), "done");
    EXPECT_EQ(request["law"].AsString(), "gdpr");
  }
  EXPECT_EQ(Do({"subject", "object", "--purpose", "marketinx"}, Naming(kOther)).exit_code, 1);
}

TEST_F(Rights, ARectifiedValueStaysRightThoughTheSourceIsStillWrong) {
  const fs::path wrong = place_.root() / "corrections.txt";
  WriteText(wrong, "orders.amount 1.50\n");
  const std::vector<std::string> rectify = {
      "subject", "rectify", "--pipeline", "shop", "--corrections", wrong.string()};
  const Json done = Done(rectify, Naming(kPerson));
  EXPECT_EQ(done["receipts"].items().at(0)["rows"].AsInt(), 3);
  for (const bool again : {false, true}) {
    SCOPED_TRACE(again ? "after the next run" : "at once");
    if (again) (void)place_.Run();
    const fs::path out = place_.root() / (again ? "after" : "before");
    (void)Done({"subject", "export", "--out", out.string()}, Naming(kPerson));
    const std::string orders = ReadText(out / "data.orders.csv");
    EXPECT_EQ(orders.find("70.00"), std::string::npos) << orders;
    EXPECT_NE(orders.find("1.5"), std::string::npos) << orders;
  }
  WriteText(wrong, "orders.amount plenty\n");
  const ProcessResult bad = Do(rectify, Naming(kOther));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_EQ(bad.err.find("plenty"), std::string::npos) << "values are not repeated: " << bad.err;
}

TEST_F(Rights, ASecondErasureIsFoldedIntoTheFirstAndBothEndInOneSweep) {
  const Json first = Done({"subject", "erase", "--withdraw-only"}, Naming(kPerson));
  EXPECT_EQ(first["stage"].AsString(), "withdrawn");
  ExpectReceipt(first["request"].AsString() + "-withdrawn");
  const Json second = Done({"subject", "erase"}, Naming(kPerson));
  EXPECT_EQ(second["folded_into"].AsString(), first["request"].AsString());
  EXPECT_FALSE(second.Has("receipts"));
  (void)Done({"subject", "erase", "--withdraw-only"}, Naming(kOther));
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers) - 2);

  // A legal hold stops the destruction, and says so; the data stay out of use.
  (void)Done({"retention", "hold", "shop", "--reason", "claim 12/2026"});
  const Json held = Done({"retention", "sweep"});
  EXPECT_EQ(held["erasures_destroyed"].AsInt(), 0);
  EXPECT_NE(held["erasures_held"].AsString().find("legal hold"), std::string::npos);
  EXPECT_EQ(Do({"subject", "erase"}, Naming(13)).exit_code, kDenied);
  (void)Done({"retention", "release", "shop"});
  const Json swept = Done({"retention", "sweep"});
  EXPECT_EQ(swept["erasures_destroyed"].AsInt(), 3);
  ExpectReceipt(first["request"].AsString() + "-destroyed");
  const Json receipt = *Json::Parse(
      ReadText(place_.state() / "receipts" / (first["request"].AsString() + "-destroyed.json")));
  EXPECT_EQ(receipt["persons_in_sweep"].AsInt(), 3);
  EXPECT_EQ(receipt["folded"].size(), 1U);
  EXPECT_GT(receipt["datasets"]["shop/orders"]["rows_removed"].AsInt(), 0);
  EXPECT_EQ(Do({"subject", "status"}, Naming(kPerson)).exit_code, 1) << "nobody knows them now";
  EXPECT_EQ(Do({"audit", "verify"}).exit_code, 0);
}

TEST_F(Rights, AnExportOfAConsentPlatformIsOneEntryAndNeverGrantsAgainWhatIsStale) {
  const fs::path file = place_.root() / "consents.csv";
  WriteText(file,
            "email,purpose,state,time,wording\n" + ShopEmail(kPerson) +
                ",marketing.segmentation,withdrawn,2026-01-05T00:00:00Z,v3\n" + ShopEmail(kOther) +
                ",marketing.segmentation,given,2026-01-05T00:00:00Z,v3\n" +
                "nobody@shop.example,marketing.segmentation,given,2026-01-05T00:00:00Z,v3\n" +
                ShopEmail(13) + ",marketing.segmentatoin,withdrawn,2026-01-05T00:00:00Z,v3\n");
  const Json imported = Done({"consent", "import", file.string(), "--source", "onetrust"});
  EXPECT_EQ(imported["rows"].AsInt(), 4);
  EXPECT_EQ(imported["unknown"].AsInt(), 1);
  EXPECT_EQ(imported["changes"].AsInt(), 2);
  EXPECT_EQ(imported["refused"]["names a purpose that no policy declares"].AsInt(), 1);
  const Result<Json> entry =
      Json::Parse(ReadText(place_.state() / "receipts" /
                           ("consent-import-" + imported["delta"].AsString() + ".entry.json")));
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ((*entry)["facts"]["delta_root"].AsString(), imported["delta_root"].AsString());
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers) - 1);
  // The same file again changes nothing; an older grant of the same platform neither.
  EXPECT_EQ(Done({"consent", "import", file.string(), "--source", "onetrust"})["changes"].AsInt(),
            0);
  WriteText(file,
            "email,purpose,state,time\n" + ShopEmail(kPerson) +
                ",marketing.segmentation,given,2025-12-31T00:00:00Z\n");
  (void)Done({"consent", "import", file.string(), "--source", "onetrust"});
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers) - 1);
  const Json shown = Done({"consent", "show"}, Naming(kPerson));
  const std::string statements = shown["statements"].Dump();
  for (const char* word : {"import.onetrust", "v3", "2026-01-05"}) {
    EXPECT_NE(statements.find(word), std::string::npos) << word << " in " << statements;
  }
  EXPECT_GE(shown["changes"].size(), 2U);
}

TEST_F(Rights, TheGlobalPrivacyControlOptsOutAndUnknownBrowsersAreToldSo) {
  const Json known = Done({"consent", "gpc"}, Naming(kPerson));
  EXPECT_TRUE(known["known"].AsBool());
  EXPECT_TRUE(known["opted_out"].AsBool());
  EXPECT_FALSE(Done({"consent", "gpc"}, "cookie never-seen\n")["known"].AsBool(true));
  EXPECT_NE(Done({"consent", "show"}, Naming(kPerson))["statements"].Dump().find("\"gpc\""),
            std::string::npos);
}

TEST_F(Rights, WhatIsDueIsDestroyedByItsKeys) {
  EXPECT_EQ(Done({"retention", "sweep", "--dry-run"})["datasets"].size(), 0U);
  const Json swept = Done({"retention", "sweep"});
  EXPECT_EQ(swept["datasets"].size(), 0U);
  EXPECT_EQ(Done({"retention", "list"})["holds"].size(), 0U);
  EXPECT_EQ(Done({"retention", "set", "--custody-copies", "30d"})["custody_copies_s"].AsInt(),
            30 * 86400);
}

TEST_F(Rights, ALegalHoldStopsTheSweepAndWithoutItTheKeysAreDestroyedWithAReceipt) {
  const std::string own = (place_.root() / "short.yaml").string();
  WriteText(
      own, Replaced(ReadText("policies/bundles/gdpr.yaml"), "  segment: 90d\n", "  segment: 1s\n"));
  WriteText(place_.pipeline(), Replaced(ShopPipeline(), "[gdpr]", "[" + own + "]"));
  ASSERT_TRUE(place_.Run().is_object());
  for (int asked = 0; asked < 200; ++asked) {  // a second after the run's begin it is due
    if (Done({"retention", "sweep", "--dry-run"})["datasets"].size() > 0) break;
  }
  (void)Done({"retention", "hold", "shop", "--reason", "claim 7"});
  const Json held = Done({"retention", "sweep"});
  EXPECT_EQ(held["datasets"].size(), 0U) << held.Dump();
  EXPECT_EQ(held["held"].AsStrings(), std::vector<std::string>{"shop/buyers"});
  (void)Done({"retention", "release", "shop"});
  const Json swept = Done({"retention", "sweep"});
  EXPECT_EQ(swept["datasets"].AsStrings(), std::vector<std::string>{"shop/buyers"});
  EXPECT_GT(swept["kek_generation"].AsInt(), 0);
  ExpectReceipt(swept["receipt"].AsString());
  EXPECT_EQ(Done({"retention", "sweep"})["datasets"].size(), 0U) << "it is gone";
  const std::string log = Do({"audit", "tail", "-n", "1000"}).out;
  for (const char* const entry : {"\"retention.held\"",
                                  "\"held\":[\"shop/buyers\"]",
                                  "\"retention.released\"",
                                  "\"datasets\":[\"shop/buyers\"]"}) {
    EXPECT_NE(log.find(entry), std::string::npos) << entry;
  }
  EXPECT_EQ(Do({"audit", "verify"}).exit_code, 0);
}

}  // namespace
}  // namespace signet::e2e
