#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/models/score.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {
namespace {

std::string ErrorOf(const std::string& json) {
  return TrainOptions::FromJson(*Json::Parse(json)).status().message();
}

TEST(ModelOptions, ReadWhatIsWritten) {
  const Result<TrainOptions> options = TrainOptions::FromJson(*Json::Parse(
      R"({"model": "clv", "label": {"time": "t", "amount": "a", "window": "30d", "gap": "1d"},
          "holdout": "0.3", "params": {"max_depth": 4, "learning_rate": 0.1}})"));
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  EXPECT_EQ(options->model, ModelKind::kClv);
  EXPECT_EQ(options->label.gap_seconds, 86400);
  EXPECT_EQ(options->holdout_share, 0.3);
  EXPECT_EQ(options->params.max_depth, 4);
}

TEST(ModelOptions, RefuseWhatIsUnknownMissingOrOutOfRange) {
  EXPECT_EQ(ErrorOf(R"({"model": "churn"})"), "train: 'label' is missing");
  EXPECT_EQ(ErrorOf(R"({"model": "clv", "label": {"time": "t"}})"),
            "train: label: 'amount' is missing");
  EXPECT_EQ(ErrorOf(R"({"label": {"time": "t"}, "params": {"max_deph": 3}})"),
            "train: params: unknown option 'max_deph'; did you mean 'max_depth'?");
  EXPECT_EQ(ErrorOf(R"({"label": {"time": "t"}, "holdout": 0.9})"),
            "train: 'holdout' must be a number from 0.05 to 0.5");
  EXPECT_EQ(ErrorOf(R"({"label": {"time": "t", "window": "90"}})"),
            "train: label: 'window': a duration reads 45s, 30m, 12h, 90d or 2w");
  EXPECT_FALSE(ScoreOptions::FromJson(*Json::Parse(R"({"reason": 3})")).ok());
}

TEST(ModelOptions, EveryOptionIsDocumentedOnce) {
  for (const auto& docs : {TrainOptions::Options(), ScoreOptions::Options()}) {
    std::set<std::string> names;
    for (const OptionDoc& doc : docs) {
      EXPECT_TRUE(names.insert(doc.name).second) << doc.name;
      EXPECT_FALSE(doc.text.empty()) << doc.name;
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
