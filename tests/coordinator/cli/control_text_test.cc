#include "coordinator/cli/control_text.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

Json Line() {
  return *Json::Parse(
      R"({"run":"20260101t060000-ab","pipeline":"shop","status":"failed","done":3,"tasks":8,)"
      R"("seconds":1.25,"owner":"anna","submitted":"2026-01-01T06:00:00Z","cause":"submit",)"
      R"("failure":"invalid: step 'gate' broke"})");
}

TEST(ControlText, RunsAreATableAndNoRunsSayWhatToDo) {
  EXPECT_EQ(
      RunsText(Json::List({Line()})),
      "RUN                 PIPELINE  STATUS  TASKS  TOOK   OWNER\n"
      "20260101t060000-ab  shop      failed  3/8    1.2 s  anna   invalid: step 'gate' broke\n");
  EXPECT_NE(RunsText(Json(Json::Array())).find("signet submit"), std::string::npos);
}

TEST(ControlText, ARunShowsItsStepsAndSnapshots) {
  Json run = Line();
  run.Set("steps",
          Json::List({Json::Of({{"id", "gate"},
                                {"state", "failed"},
                                {"tasks", 2},
                                {"done", 1},
                                {"message", "invalid: no"}})}));
  run.Set(
      "snapshots",
      Json::List({Json::Of({{"name", "s"}, {"recipient", "mail"}, {"content_digest", "abc"}})}));
  const std::string text = RunText(run);
  EXPECT_NE(text.find("asked for by anna (submit)"), std::string::npos) << text;
  EXPECT_NE(text.find("✖ gate  1/2"), std::string::npos) << text;
  EXPECT_NE(text.find("invalid: no"), std::string::npos) << text;
  EXPECT_NE(text.find("snapshot s for mail, content digest abc"), std::string::npos) << text;
}

TEST(ControlText, TopShowsWorkersAndWhatIsUnderWay) {
  const Json top = Json::Of({{"uptime_s", 12.0},
                             {"tasks_committed", 1'234},
                             {"batches_written", 5},
                             {"workers",
                              Json::List({Json::Of({{"worker", "w1"},
                                                    {"state", "here"},
                                                    {"running", 1},
                                                    {"slots", 2},
                                                    {"silent_ms", 40}})})},
                             {"runs", Json(Json::Array())}});
  const std::string text = TopText(top);
  EXPECT_NE(text.find("1,234 tasks committed"), std::string::npos) << text;
  EXPECT_NE(text.find("w1      here   1/2"), std::string::npos) << text;
  EXPECT_NE(text.find("nothing is under way"), std::string::npos) << text;
}

TEST(ControlText, ALogLineReadsFromLeftToRight) {
  EXPECT_EQ(
      LogText(*Json::Parse(R"({"at":"T","what":"leased","step":"a","task":3,"worker":"w1"})")),
      "T  leased     a/3  on w1\n");
  EXPECT_EQ(LogText(*Json::Parse(R"({"at":"T","what":"cancelled","detail":"by anna"})")),
            "T  cancelled  by anna\n");
}

}  // namespace
}  // namespace signet::coordinator
