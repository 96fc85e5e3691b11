// An answer to a person about whom models have spoken (GDPR Art. 15(1)(h), Art. 22): their
// segments, their scores and the reasons for each, from the shipped pipeline on demo data.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

constexpr int kCustomers = 400;

/// E-mail addresses of customers who agreed to analytics and segmentation, from the generated file.
std::vector<std::string> Agreeing(const fs::path& file) {
  const std::vector<std::string> lines = Split(ReadText(file), '\n');
  const std::vector<std::string> header = Split(lines.at(0), ',');
  const auto column = [&header](const std::string& name) {
    return static_cast<size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  std::vector<std::string> emails;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> cells = Split(lines[i], ',');
    if (cells.size() != header.size()) continue;
    const bool agrees =
        cells[column("analytics_ok")] == "true" && cells[column("segmentation_ok")] == "true";
    if (agrees && !cells[column("email")].empty()) emails.push_back(cells[column("email")]);
  }
  return emails;
}

bool IsReason(const Json& row, const std::string& model, size_t k) {
  return !row[model + "_reason_" + std::to_string(k)].AsString().empty();
}

/// Features that did not move a score are no reasons; those that did come first. Returns whether
/// some model gives all three.
bool ExpectReasons(const Json& row) {
  bool full = false;
  for (const std::string& model : {std::string("churn"), std::string("clv")}) {
    size_t reasons = 0;
    while (reasons < 3 && IsReason(row, model, reasons + 1)) ++reasons;
    EXPECT_GE(reasons, 1U) << model << " in " << row.Dump();
    for (size_t k = reasons + 1; k <= 3; ++k) EXPECT_FALSE(IsReason(row, model, k)) << k;
    full = full || reasons == 3;
  }
  return full;
}

TEST(AccessScores, AnAnswerHoldsSegmentsAndModelScoresWithTheReasonsForEach) {
  Workplace place;
  place.SetUp(kCustomers, 2);
  const Json report = place.Run();
  ASSERT_FALSE(report.is_null());
  const std::vector<std::string> people = Agreeing(place.data() / "crm.csv");
  ASSERT_GT(people.size(), 20U);
  bool scored = false;
  bool in_segment = false;
  bool explained_in_full = false;
  constexpr size_t kAsked = 12;
  for (size_t i = 0; i < kAsked && !(scored && in_segment && explained_in_full); ++i) {
    const fs::path out = place.root() / ("answer" + std::to_string(i));
    const ProcessResult asked = place.Signet(
        {"subject", "access", "--out", out.string(), "--state", place.state().string()},
        "email " + people[i] + "\n");
    ASSERT_EQ(asked.exit_code, 0) << asked.err;
    const Json answer = *Json::Parse(ReadText(out / "answer.json"));
    in_segment = in_segment || answer["segments"].size() > 0;
    for (const Json& dataset : answer["scores"].items()) {
      if (dataset["dataset"].AsString() != "scores" || dataset["rows"].size() == 0) continue;
      const Json& row = dataset["rows"].items().at(0);
      EXPECT_FALSE(row["churn"].AsString().empty()) << row.Dump();
      EXPECT_FALSE(row["clv"].AsString().empty());
      if (ExpectReasons(row)) explained_in_full = true;
      scored = true;
      // And as a table for people, beside the JSON.
      const std::string table = ReadText(out / "scores.scores.csv");
      EXPECT_NE(table.find("churn_reason_1"), std::string::npos);
    }
  }
  EXPECT_TRUE(scored) << "none of those asked about has a score";
  EXPECT_TRUE(explained_in_full) << "nobody's score has three reasons";
  EXPECT_TRUE(in_segment) << "none of those asked about is in a segment";
}

}  // namespace
}  // namespace signet::e2e
