#include "workers/executor/task_log.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/clock.h"

namespace signet::workers {
namespace {

constexpr char kPayload[] = R"({"step":"churn","inputs":[{"name":"orders"}],"options":{}})";
constexpr char kCanary[] = "erika.mustermann@canary.example";

TaskLine Said(std::string_view event, const Json& facts) {
  TaskLog log(AsBytes(kPayload));
  TaskLine line;
  EXPECT_TRUE(log.Take(LogLevel::kInfo, event, facts, 0, line));
  EXPECT_TRUE(IsTaskLine(line)) << line.event << " " << line.facts;
  return line;
}

TEST(TaskLog, NumbersAndNamesThatCameWithTheLeasePass) {
  const TaskLine line =
      Said("input opened", Json::Of({{"input", "orders"}, {"pieces", 16}, {"share", 0.5}}));
  EXPECT_EQ(line.event, "input opened");
  EXPECT_EQ(line.facts, R"({"input":"orders","pieces":16,"share":0.5})");
}

TEST(TaskLog, WhateverCouldStemFromARowIsRedactedAtTheSource) {
  const Json facts = Json::Of({{"input", kCanary},
                               {"who", "erika"},
                               {"step", "chur"},
                               {"list", Json::Strings({kCanary})},
                               {"nested", Json::Of({{"mail", kCanary}})},
                               {kCanary, 1},
                               {"half", "orders\nerika.mustermann@canary.example"}});
  const TaskLine line = Said("row refused", facts);
  EXPECT_EQ(line.facts,
            R"({"half":"[text]","input":"[text]","list":"[text]","nested":"[text]",)"
            R"("step":"[text]","who":"[text]"})");
}

TEST(TaskLog, AnEventIsAPhraseOfTheProgramNotOneThatWasMadeFromData) {
  EXPECT_EQ(Said("a phrase of ours", {}).event, "a phrase of ours");
  const std::string made = "mail to erika";
  EXPECT_EQ(Said(made, {}).event, "[text]") << "made at run time";
  EXPECT_EQ(Said("Erika <erika@x>", {}).event, "[text]") << "no phrase";
}

TEST(TaskLog, ATaskThatSaysTooMuchIsHeardNowAndThenAndTheRestIsCounted) {
  TaskLog log(AsBytes(kPayload));
  TaskLine line;
  int64_t heard = 0;
  int64_t told = 0;
  int64_t now = 0;
  constexpr int64_t kLines = 100'000;
  for (int64_t i = 0; i < kLines; ++i) {
    now += 100;  // ten thousand lines a second, for ten seconds
    if (!log.Take(LogLevel::kInfo, "again", {}, now, line)) continue;
    ++heard;
    told += line.dropped;
  }
  EXPECT_NEAR(static_cast<double>(heard), TaskLog::kBurst + 10 * TaskLog::kPerSecond, 2);
  EXPECT_EQ(heard + told + log.dropped(), kLines) << "what is left out is counted";
  for (int64_t i = 0; i < kLines; ++i) {
    now += 1'000'000;
    heard += log.Take(LogLevel::kInfo, "slowly", {}, now, line) ? 1 : 0;
  }
  EXPECT_EQ(heard, TaskLog::kLinesMax) << "and there is an end";
}

TEST(TaskLog, ALineComesBackAsItWasAndAnythingElseIsCorrupt) {
  TaskLine line = Said("output written", Json::Of({{"rows", 12}}));
  line.dropped = 3;
  Bytes bytes;
  EncodeTaskLine(line, bytes);
  TaskLine back;
  ASSERT_TRUE(DecodeTaskLine(bytes, back).ok());
  EXPECT_EQ(back.event, line.event);
  EXPECT_EQ(back.facts, line.facts);
  EXPECT_EQ(back.dropped, 3U);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeTaskLine(ByteView(bytes).first(size), back).code(), StatusCode::kCorrupt);
  }
  for (const char* const facts :
       {R"({"a":"two words"})", R"({"a":[1]})", R"({"A B":1})", "[]", "x", R"({"a":{"b":1}})"}) {
    line.facts = facts;
    EXPECT_FALSE(IsTaskLine(line)) << facts;
  }
}

}  // namespace
}  // namespace signet::workers
