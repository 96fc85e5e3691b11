// Broken input files: a located error with a remedy and the right exit code, no record's text, and
// nothing lost: the next good run gives what the first one gave.
#include <filesystem>
#include <functional>
#include <regex>
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

constexpr int kBadInput = 1;
constexpr int kCustomers = 200;

/// Rows set aside by a step, for whatever reason.
int64_t Quarantined(const Json& report, const std::string& step) {
  int64_t sum = 0;
  for (const Json& task : report["figures"][step].items()) {
    for (const auto& [reason, count] : task["quarantined"].fields()) sum += count.AsInt();
  }
  return sum;
}

class BadFiles : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    crm_ = ReadText(crm());
    orders_ = ReadText(orders());
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
  }
  void TearDown() override {
    // Nothing lost: with the files mended, the state gives the same as ever, and the log agrees.
    WriteText(crm(), crm_);
    WriteText(orders(), orders_);
    WriteText(place_.pipeline(), ShopPipeline());
    const Json again = place_.Run();
    EXPECT_EQ(MembersOf(again), ShopMembers(kCustomers));
    EXPECT_EQ(ContentDigest(again), digest_);
    const ProcessResult verified =
        place_.Signet({"audit", "verify", "--state", place_.state().string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
  }

  [[nodiscard]] fs::path crm() const { return place_.data() / "crm.csv"; }
  [[nodiscard]] fs::path orders() const { return place_.data() / "orders.csv"; }

  void ExpectFails(const std::string& says) const {
    const ProcessResult run = place_.Signet(place_.RunArguments());
    EXPECT_EQ(run.exit_code, kBadInput) << run.err;
    EXPECT_EQ(run.out.find("content_digest"), std::string::npos) << "published all the same";
    EXPECT_NE(run.err.find("error: "), std::string::npos) << run.err;
    EXPECT_NE(run.err.find(says), std::string::npos) << "expected '" << says << "' in: " << run.err;
    EXPECT_NE(run.err.find("help: "), std::string::npos) << "no remedy: " << run.err;
    for (const char* secret : {"person", "shop.example", "19800517", "O7-", "SECRET"}) {
      EXPECT_EQ((run.out + run.err).find(secret), std::string::npos)
          << "text of a record: " << run.err;
    }
    // The year by itself; as a part of a longer number it may be a measured time ("0.198049").
    EXPECT_FALSE(std::regex_search(run.out + run.err, std::regex("\\b1980\\b"))) << run.err;
  }

  Workplace place_;
  std::string crm_, orders_, digest_;
};

TEST_F(BadFiles, MissingOrEmpty) {
  fs::remove(orders());
  ExpectFails("orders.csv");
  WriteText(orders(), "");
  ExpectFails("orders.csv");
  fs::remove(orders());
  fs::create_directory(orders());
  ExpectFails("orders.csv");
  fs::remove(orders());
}

TEST_F(BadFiles, HeaderOrDelimiterOfAnotherFile) {
  WriteText(crm(), Replaced(crm_, ",", ";"));
  ExpectFails("crm.csv");
  WriteText(crm(), Replaced(crm_, "email,", "e_mail,"));
  ExpectFails("email");
  WriteText(crm(), crm_.substr(crm_.find('\n') + 1));  // no header at all
  ExpectFails("crm.csv");
  WriteText(crm(), Replaced(crm_, "birth_date,", "email,"));
  ExpectFails("email");
}

TEST_F(BadFiles, BytesThatAreNoText) {
  WriteText(crm(), Replaced(crm_, "@", "\xE4@"));
  ExpectFails("not_utf8 200");
  std::string wide;
  for (const char c : crm_) wide += std::string(1, c) + '\0';
  WriteText(crm(), "\xFF\xFE" + wide);
  ExpectFails("UTF-8");
  WriteText(crm(), Replaced(crm_, ",person3@", ",\"person3@"));  // a quote that is never closed
  ExpectFails("crm.csv");
}

TEST_F(BadFiles, AHugeFieldIsQuarantinedOrRefusedNeverLost) {
  const std::string tail = "SECRET,1980-01-01,FI,true,2025-06-01 12:00:00\n";
  for (const size_t mebibytes : {size_t{3}, size_t{40}}) {
    SCOPED_TRACE(mebibytes);
    WriteText(crm(), crm_ + "C9001," + std::string(mebibytes << 20U, 'S') + tail);
    const ProcessResult run = place_.Signet(place_.RunArguments());
    EXPECT_EQ((run.out + run.err).find("SECRET"), std::string::npos);
    if (run.exit_code == kBadInput) continue;  // refused by name: as good
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const Json report = ReportOf(run);
    EXPECT_EQ(SumOfFigure(report, "tokenise.crm", "rows_read"), kCustomers + 1)
        << "a row was lost without a word";
    EXPECT_EQ(Quarantined(report, "tokenise.crm"), 1);
    EXPECT_EQ(MembersOf(report), ShopMembers(kCustomers));
  }
}

TEST_F(BadFiles, TooManyBadRows) {
  WriteText(orders(), Replaced(orders_, "2025-11-1", "SECRET"));
  ExpectFails("orders");
}

TEST_F(BadFiles, AFewBadRowsAreCountedAndLeftOut) {
  WriteText(orders(),
            orders_ + "O9-9,C9,yesterday SECRET,5.00\nO9-8,C9,2025-11-20 10:00:00,SECRET\n");
  const ProcessResult run = place_.Signet(place_.RunArguments());
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ((run.out + run.err).find("SECRET"), std::string::npos);
  const Json report = ReportOf(run);
  EXPECT_EQ(Quarantined(report, "tokenise.orders"), 2);
  EXPECT_EQ(MembersOf(report), ShopMembers(kCustomers));
}

TEST_F(BadFiles, GzipCutShortOrDamaged) {
  WriteText(place_.pipeline(), Replaced(ShopPipeline(), "orders.csv", "packed.csv.gz"));
  ProcessOptions pack;
  pack.arguments = {"-c", orders().string()};
  const ProcessResult packed = RunProcess("/bin/gzip", pack, testing_support::Process::Seconds(30));
  ASSERT_EQ(packed.exit_code, 0);
  const fs::path file = place_.data() / "packed.csv.gz";
  WriteText(file, packed.out);
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers)) << "control: whole, it is read";
  WriteText(file, packed.out.substr(0, packed.out.size() * 2 / 3));
  ExpectFails("packed.csv.gz");
  std::string damaged = packed.out;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // its CRC
  WriteText(file, damaged);
  ExpectFails("packed.csv.gz");
}

TEST_F(BadFiles, APolicyThatCannotBeRead) {
  const fs::path policy = place_.root() / "house.yaml";
  WriteText(place_.pipeline(),
            Replaced(ShopPipeline(), "policies: [gdpr]", "policies: [gdpr, house.yaml]"));
  ExpectFails("house.yaml");
  fs::create_directory(policy);
  ExpectFails("house.yaml");
  fs::remove(policy);
  WriteText(policy, "signet: 1\npolicy: house\npurposes: [\n");
  ExpectFails("house.yaml:");
  WriteText(policy, std::string("\xFF\xFE\0\0", 4));
  ExpectFails("house.yaml");
  fs::remove(place_.pipeline());
  ExpectFails("loyalty.yaml");
}

}  // namespace
}  // namespace signet::e2e
