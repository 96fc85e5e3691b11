#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/features/behaviour_features.h"

namespace signet::pipelines {
namespace {

std::string ErrorOf(const std::string& json) {
  return FeatureOptions::FromJson(*Json::Parse(json)).status().message();
}

TEST(FeatureOptions, ReadWhatIsWrittenAndSortTheWindows) {
  const Result<FeatureOptions> options = FeatureOptions::FromJson(*Json::Parse(
      R"({"cutoff": "as_of - 90d", "windows": ["90d", "7d"],
          "events": {"web": {"kind": "web", "time": "at", "session_gap": "10m"}}})"));
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  EXPECT_EQ(options->window_seconds,
            (std::vector<int64_t>{int64_t{7} * 86400, int64_t{90} * 86400}));
  EXPECT_EQ(options->events[0].session_gap_seconds, 600);
}

TEST(FeatureOptions, RefuseWhatIsUnknownMissingOrContradictory) {
  EXPECT_EQ(ErrorOf(R"({"evnts": {}})"), "features: 'events' must name at least one input");
  EXPECT_EQ(ErrorOf(R"({"events": {"o": {"time": "t"}}, "window": ["7d"]})"),
            "features: unknown option 'window'; did you mean 'windows'?");
  EXPECT_EQ(ErrorOf(R"({"events": {"o": {"time": "t", "ammount": "x"}}})"),
            "features: events.o: unknown option 'ammount'; did you mean 'amount'?");
  EXPECT_EQ(ErrorOf(R"({"events": {"o": {"kind": "purchase"}}})"),
            "features: events.o: 'time' is missing");
  EXPECT_EQ(ErrorOf(R"({"events": {"o": {"kind": "purchases", "time": "t"}}})"),
            "features: events.o: 'kind' must be one of purchase, web, loyalty; did you mean "
            "'purchase'?");
  EXPECT_NE(ErrorOf(R"({"events": {"o": {"time": "t", "channel": "c"}}})"), "");
  EXPECT_NE(ErrorOf(R"({"events": {"o": {"time": "t"}}, "windows": ["7d", "1w"]})"), "");
  EXPECT_NE(ErrorOf(R"({"events": {"o": {"time": "t"}}, "windows": ["0d"]})"), "");
}

TEST(FeatureOptions, EveryOptionIsDocumentedOnce) {
  std::set<std::string> names;
  for (const OptionDoc& doc : FeatureOptions::Options()) {
    EXPECT_TRUE(names.insert(doc.name).second) << doc.name;
    EXPECT_FALSE(doc.text.empty()) << doc.name;
    EXPECT_FALSE(doc.type.empty()) << doc.name;
  }
  EXPECT_TRUE(names.count("events.*.session_gap"));
}

}  // namespace
}  // namespace signet::pipelines
