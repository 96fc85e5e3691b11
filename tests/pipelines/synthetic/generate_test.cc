#include "pipelines/synthetic/generate.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

namespace fs = std::filesystem;
using testing_support::ScratchFolder;

/// All files by name.
std::map<std::string, std::string> Contents(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    contents[fs::relative(entry.path(), folder).string()] = AsText(ReadFile(entry.path()).value());
  }
  return contents;
}

std::map<std::string, std::string> Make(uint64_t customers,
                                        uint64_t seed,
                                        int threads,
                                        bool canaries = false) {
  const ScratchFolder scratch;
  GenerateOptions options;
  options.customers = customers;
  options.seed = seed;
  options.threads = threads;
  options.canaries = canaries;
  options.out = scratch.path() / "data";
  const Status status = Generate(options);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return Contents(options.out);
}

std::vector<std::vector<std::string>> Table(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : Split(text, '\n')) {
    if (!line.empty()) rows.push_back(Split(line, ','));
  }
  return rows;
}

TEST(Generate, TheSameSeedGivesTheSameBytesWhateverTheThreads) {
  const auto one = Make(4'500, 1, 1);
  EXPECT_EQ(one, Make(4'500, 1, 3));
  const auto other = Make(4'500, 2, 1);
  EXPECT_NE(one.at("crm.csv"), other.at("crm.csv"));
  EXPECT_EQ(one.size(), 20U);
}

TEST(Generate, ACustomerDoesNotDependOnHowManyThereAre) {
  const std::string few = Make(100, 1, 1).at("crm.csv");
  const std::string many = Make(2'500, 1, 1).at("crm.csv");
  EXPECT_EQ(many.substr(0, few.size()), few);
}

TEST(Generate, NothingHappensAtOrAfterAsOf) {
  const auto files = Make(2'000, 1, 2);
  const Json truth = Json::Parse(files.at("truth.json")).value();
  EXPECT_EQ(truth["as_of"].AsString(), "2026-01-01");
  for (const auto& [name, text] : files) {
    if (name.find("truth") == 0 || name == "offers.csv") continue;
    EXPECT_EQ(text.find("2026-01"), std::string::npos) << name;
  }
}

TEST(Generate, WritesAboutFiftyEventsACustomerAndCountsThem) {
  const auto files = Make(4'000, 1, 2);
  const Json rows = Json::Parse(files.at("truth.json")).value()["rows"];
  const double events = rows["transaction_lines"].AsDouble() + rows["web_events"].AsDouble() +
                        rows["offer_events"].AsDouble();
  EXPECT_NEAR(events / 4'000, 58, 12);
  int64_t lines = 0;
  int64_t web = 0;
  for (const auto& [name, text] : files) {
    const auto count = std::count(text.begin(), text.end(), '\n');
    if (name.find("transactions-") == 0) lines += count - 1;
    if (name.find("web-") == 0) web += count;
  }
  EXPECT_EQ(lines, rows["transaction_lines"].AsInt());
  EXPECT_EQ(web, rows["web_events"].AsInt());
}

TEST(Generate, EveryRowHasItsColumnsAndAmountsAddUp) {
  for (const auto& [name, text] : Make(1'000, 1, 2)) {
    if (name.find(".csv") == std::string::npos) continue;
    const auto rows = Table(text);
    for (const auto& row : rows) ASSERT_EQ(row.size(), rows[0].size()) << name;
    if (name.find("transactions-") != 0) continue;
    for (size_t r = 1; r < rows.size(); ++r) {
      const auto& row = rows[r];
      const double expected = DoubleFromText(row[10]).value() * DoubleFromText(row[11]).value() -
                              DoubleFromText(row[12]).value();
      EXPECT_NEAR(DoubleFromText(row[13]).value(), expected, 0.005);
      EXPECT_EQ(row[9] == "true", DoubleFromText(row[13]).value() < 0 || row[10][0] == '-');
    }
  }
}

TEST(Generate, IdentifiersAreDistinctBetweenPersons) {
  const auto crm = Table(Make(8'000, 1, 2).at("crm.csv"));
  std::map<std::string, std::string> owner;
  for (size_t r = 1; r < crm.size(); ++r) {
    const std::string person = crm[r][0].substr(0, 9);  // a second registration ends in B
    for (const size_t column : {size_t{2}, size_t{9}}) {
      const auto [at, fresh] = owner.emplace(crm[r][column], person);
      EXPECT_EQ(at->second, person) << crm[0][column];
    }
  }
}

TEST(Generate, DirtAppearsAtItsStatedRates) {
  const auto files = Make(6'000, 1, 2);
  int64_t lines = 0;
  int64_t malformed = 0;
  int64_t repeated = 0;
  int64_t guests = 0;
  for (const auto& [name, text] : files) {
    if (name.find("transactions-store") != 0) continue;
    const auto rows = Table(text);
    std::set<std::string> ids;
    for (size_t r = 1; r < rows.size(); ++r) {
      ++lines;
      if (rows[r][7].size() != 19 || rows[r][7].find("-13-") != std::string::npos) ++malformed;
      if (!ids.insert(rows[r][0]).second) ++repeated;
      if (rows[r][5].find("GUEST") == 0) ++guests;
    }
  }
  const auto share = [&](int64_t n) { return static_cast<double>(n) / static_cast<double>(lines); };
  EXPECT_NEAR(share(malformed), 0.003, 0.0012);
  EXPECT_NEAR(share(repeated), 0.005, 0.0015);
  EXPECT_NEAR(share(guests), 0.02, 0.004);
  const std::string& crm = files.at("crm.csv");
  EXPECT_NE(crm.find(", "), std::string::npos);  // stray blanks before mixed-case e-mails
}

TEST(Generate, TruthKnowsTheOracleAndTheLift) {
  const Json truth = Json::Parse(Make(8'000, 1, 2).at("truth.json")).value();
  const Json& oracle = truth["oracle"]["at_as_of"];
  EXPECT_EQ(oracle["customers"].AsInt(), 8'000);
  EXPECT_GT(oracle["churn_auc"].AsDouble(), 0.9);
  EXPECT_LT(oracle["churn_auc"].AsDouble(), 0.99);
  EXPECT_GT(oracle["clv_rank_correlation"].AsDouble(), 0.6);
  EXPECT_GT(truth["oracle"]["at_training"]["churn_auc"].AsDouble(), 0.9);
  EXPECT_NEAR(truth["experiment"]["orders_lift"].AsDouble(), 0.13, 0.03);
}

TEST(Generate, CanariesAreInEveryIdentifierAndFreeTextButThePhone) {
  const auto files = Make(50, 1, 1, /*canaries=*/true);
  const auto crm = Table(files.at("crm.csv"));
  for (size_t r = 1; r < crm.size(); ++r) {
    for (const size_t column : {0U, 3U, 4U, 9U}) {
      EXPECT_NE(crm[r][column].find(kCanary), std::string::npos) << crm[0][column];
    }
    std::string email = crm[r][1];
    std::transform(email.begin(), email.end(), email.begin(), [](char c) {
      return static_cast<char>(std::tolower(c));
    });
    EXPECT_NE(email.find(kCanaryLower), std::string::npos);
  }
  EXPECT_NE(files.at("web-1.jsonl").find(std::string("\"cookie_id\":\"ck") + kCanary),
            std::string::npos);
  for (const auto& [name, text] : Make(50, 1, 1)) {
    EXPECT_EQ(text.find(kCanary), std::string::npos) << name;
  }
}

TEST(Generate, RefusesWhatItCannotMake) {
  const ScratchFolder scratch;
  GenerateOptions options;
  options.out = scratch.path();
  options.customers = 0;
  EXPECT_EQ(Generate(options).code(), StatusCode::kInvalid);
  options.customers = 10;
  options.end = options.start;
  EXPECT_EQ(Generate(options).code(), StatusCode::kInvalid);
  options = {};
  EXPECT_EQ(Generate(options).code(), StatusCode::kInvalid);
  ASSERT_TRUE(WriteFileAtomically(scratch.path() / "file", Bytes()).ok());
  options.out = scratch.path() / "file" / "below";
  EXPECT_FALSE(Generate(options).ok());
}

}  // namespace
}  // namespace signet::pipelines
