// The life of a state's keys, through the programs alone.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/crypto/keys/soft_token.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

constexpr int kCustomers = 120;
constexpr int kAsking = 7;
constexpr int kErased = 11;
constexpr int kDenied = 3;
constexpr int kCorrupt = 5;

class KeyLife : public testing::Test {
 protected:
  void SetUp() override { SetUpShop(place_, kCustomers); }

  /// `signet keys ARGUMENTS --state STATE --format json`.
  [[nodiscard]] ProcessResult Keys(std::vector<std::string> arguments,
                                   const std::string& input = "") const {
    arguments.insert(arguments.begin(), "keys");
    arguments.insert(arguments.end(), {"--state", place_.state().string(), "--format", "json"});
    return place_.Signet(arguments, input);
  }
  [[nodiscard]] Json Done(const std::vector<std::string>& arguments) const {
    const ProcessResult result = Keys(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? ReportOf(result) : Json();
  }
  void ExpectMembersAndLog() const {
    EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
    const ProcessResult verified =
        place_.Signet({"audit", "verify", "--state", place_.state().string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
  }

  Workplace place_;
};

TEST_F(KeyLife, RotationAndAnEmergencyRekeyLoseNothing) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  EXPECT_EQ(Done({"rotate", "--why", "yearly"})["kek_generation"].AsInt(), 2);
  EXPECT_FALSE(fs::exists(place_.state() / "custody" / "kek-1.key"));
  ExpectMembersAndLog();
  const Json rekeyed = Done({"rotate", "--all", "--why", "a worker was stolen"});
  EXPECT_EQ(rekeyed["kek_generation"].AsInt(), 3);
  EXPECT_GE(rekeyed["rewritten"].AsInt(), 4) << "identity, keyring, orders, ...";
  ExpectMembersAndLog();
  const Json list = Done({"list"});
  EXPECT_EQ(list["current"].AsInt(), 3);
  EXPECT_EQ(list["custody"].AsString(), "file");
}

/// Whatever an emergency re-key changes below, what the state knows of persons stays: who was
/// erased does not come back, answers hold what is sealed, and the log's older entries are still
/// theirs.
TEST_F(KeyLife, ReKeysOfAllAndOfTheRootKeepPersonsApartAndTogether) {
  const auto naming = [this](int i) {
    WriteText(place_.root() / "who.txt", "email " + ShopEmail(i) + "\n");
    return (place_.root() / "who.txt").string();
  };
  const auto subject = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "subject");
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    const ProcessResult result = place_.Signet(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  };
  const auto entries_about = [this](const std::string& who) {
    const ProcessResult tail =
        place_.Signet({"audit", "tail", "--subject", who, "--state", place_.state().string()});
    EXPECT_EQ(tail.exit_code, 0) << tail.err;
    return std::count(tail.out.begin(), tail.out.end(), '\n');
  };
  const auto expect_answer = [&](const std::string& name) {
    const fs::path out = place_.root() / name;
    subject({"access", "--out", out.string(), "--from", naming(kAsking)});
    const Json answer = *Json::Parse(ReadText(out / "answer.json"));
    EXPECT_NE(answer["data"].Dump().find(ShopEmail(kAsking)), std::string::npos)
        << "the address that is sealed under their own key";
  };
  ASSERT_TRUE(IsShopMember(kAsking));
  ASSERT_TRUE(IsShopMember(kErased));
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  subject({"erase", "--from", naming(kErased)});
  expect_answer("before");
  const auto entries = entries_about(naming(kAsking));
  EXPECT_GE(entries, 1);
  for (const std::string& how : {std::string("--all"), std::string("--root")}) {
    const Json done = Done({"rotate", how, "--why", "stolen"});
    EXPECT_GE(done["rewritten"].AsInt(), 4);
    expect_answer("after" + how);
    EXPECT_GT(entries_about(naming(kAsking)), entries) << "those of before, and the new request";
    EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers) - 1)
        << "the same persons, without the erased one";
    expect_answer("after-run" + how);
  }
  const ProcessResult verified =
      place_.Signet({"audit", "verify", "--state", place_.state().string()});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
}

TEST_F(KeyLife, AShreddedDatasetIsGoneUntilTheNextRunMakesItAnew) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const ProcessResult misspelt = Keys({"shred", "shop/profil"});
  EXPECT_EQ(misspelt.exit_code, 1);
  EXPECT_NE(misspelt.err.find("did you mean shop/profile?"), std::string::npos) << misspelt.err;
  EXPECT_GE(Done({"shred", "shop/profile", "--partitions", "0"})["keys"].AsInt(), 1);
  EXPECT_GE(Done({"shred", "shop/profile"})["keys"].AsInt(), 1);
  ExpectMembersAndLog();
}

TEST_F(KeyLife, AWorkerIsEnrolledByAOneTimeTokenAndRevoked) {
  ASSERT_EQ(Keys({"init"}).exit_code, 0);
  const Json invited = Done({"enrol", "worker", "w1", "--label", "region=eu"});
  const std::string token = invited["token"].AsString();
  const std::string key(40, 'W');
  const ProcessResult enrolled = Keys({"enrol", "--token", "-", "--key", key}, token + "\n");
  ASSERT_EQ(enrolled.exit_code, 0) << enrolled.err;
  EXPECT_EQ(ReportOf(enrolled)["labels"]["region"].AsString(), "eu");
  const ProcessResult again = Keys({"enrol", "--token", "-", "--key", key}, token + "\n");
  EXPECT_EQ(again.exit_code, kDenied) << again.out;
  EXPECT_NE(again.err.find("help: "), std::string::npos) << again.err;
  EXPECT_NE(ReadText(place_.state() / "workers").find(key + " w1"), std::string::npos);
  EXPECT_TRUE(Done({"revoke", "worker", "w1"}).Has("revoked"));
  EXPECT_EQ(ReadText(place_.state() / "workers").find(key), std::string::npos);
  EXPECT_EQ(Keys({"enrol", "worker", "w1"}).exit_code, 1) << "a name is never given twice";
}

TEST_F(KeyLife, ABackupComesBackUnlessSomebodyWasErasedSince) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const fs::path monday = place_.root() / "monday";
  const fs::path custody = place_.root() / "custody-copy";
  const Json taken = Done({"backup", "--out", monday.string(), "--custody-out", custody.string()});
  EXPECT_GT(taken["blobs"].AsInt(), 5);
  EXPECT_FALSE(fs::exists(monday / "custody"));
  EXPECT_TRUE(fs::exists(custody / "root.key"));
  // The disk dies; custody survives.
  fs::remove_all(place_.state() / "store");
  fs::remove_all(place_.state() / "blobs");
  static_cast<void>(Done({"restore", "--from", monday.string()}));
  ExpectMembersAndLog();

  WriteText(place_.root() / "who.txt", "email " + ShopEmail(7) + "\n");
  const ProcessResult erased = place_.Signet({"subject",
                                              "erase",
                                              "--state",
                                              place_.state().string(),
                                              "--from",
                                              (place_.root() / "who.txt").string()});
  ASSERT_EQ(erased.exit_code, 0) << erased.err;
  fs::remove_all(place_.state() / "store");
  fs::remove_all(place_.state() / "blobs");
  const ProcessResult refused = Keys({"restore", "--from", monday.string()});
  EXPECT_EQ(refused.exit_code, kCorrupt) << refused.out << refused.err;
  EXPECT_NE(refused.err.find("help: "), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(place_.state() / "store"));
}

TEST_F(KeyLife, AWholeRunWithTheRootInATokenLeavesNoKeyFile) {
  using crypto::token_testing::SoftToken;
  if (!SoftToken::Available()) GTEST_SKIP() << "softhsm2 is not installed";
  const SoftToken soft;
  const fs::path pin = place_.root() / "pin";
  ASSERT_TRUE(WriteFileAtomically(pin, AsBytes(crypto::token_testing::kTokenPin)).ok());
  const Json made = Done({"init",
                          "--custody",
                          "pkcs11",
                          "--module",
                          SoftToken::Module().string(),
                          "--token",
                          crypto::token_testing::kTokenLabel,
                          "--object",
                          "shop",
                          "--pin-file",
                          pin.string()});
  EXPECT_EQ(made["custody"].AsString(), "pkcs11 object shop");
  ExpectMembersAndLog();
  EXPECT_EQ(Done({"rotate"})["kek_generation"].AsInt(), 2);
  ExpectMembersAndLog();
  EXPECT_FALSE(fs::exists(place_.state() / "custody")) << "keys are in the token alone";
  EXPECT_FALSE(*soft.Open()->HasKey("shop/kek/1"));
  EXPECT_TRUE(*soft.Open()->HasKey("shop/kek/2"));
  EXPECT_TRUE(soft.Open()->CheckNeverLeaves("shop/root").ok());
  const ProcessResult other = Keys({"init", "--custody", "credential"});
  EXPECT_EQ(other.exit_code, 1) << "custody is chosen once";
}

TEST_F(KeyLife, ARunUnderASystemdCredentialNeedsItEveryTime) {
  const fs::path delivered = place_.root() / "delivered";
  fs::create_directory(delivered);
  ASSERT_TRUE(WriteFileAtomically(delivered / "signet-root", Bytes(32, 0x5A), 0400).ok());
  const ProcessResult without = Keys({"init", "--custody", "credential"});
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_NE(without.err.find("LoadCredential"), std::string::npos) << without.err;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread
  ::setenv("CREDENTIALS_DIRECTORY", delivered.c_str(), 1);
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  EXPECT_FALSE(fs::exists(place_.state() / "custody" / "root.key"));
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(Keys({"list"}).exit_code, 1) << "the folder alone opens nothing";
}

}  // namespace
}  // namespace signet::e2e
