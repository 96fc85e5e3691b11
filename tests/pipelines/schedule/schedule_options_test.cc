#include "pipelines/schedule/schedule_options.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/document/reader.h"

namespace signet::pipelines {
namespace {

struct Read {
  ScheduleOptions schedule;
  std::vector<NotifyOptions> notify;
  std::string errors;
};

Read ReadText(const std::string& text) {
  policies::Diagnostics diagnostics;
  Read read;
  const Result<policies::Node> root = policies::ReadDocumentText("p.yaml", text);
  EXPECT_TRUE(root.ok()) << root.status().message();
  if (!root.ok()) return read;
  policies::MapReader reader(*root, "the pipeline", diagnostics);
  read.schedule = ReadScheduleOptions(reader, diagnostics);
  read.notify = ReadNotifyOptions(reader, diagnostics);
  reader.Finish();
  read.errors = policies::ToStatus(diagnostics).message();
  return read;
}

TEST(ScheduleOptions, SayWhenAndToWhom) {
  const Read read = ReadText(
      "schedule:\n"
      "  cron: ['0 6 * * mon-fri', '0 9 * * sat']\n"
      "  time_zone: Europe/Helsinki\n"
      "  missed: run_all\n"
      "  files: {path: 'in/*.csv', settle: 30s}\n"
      "  snapshots: [audience]\n"
      "  late_after: 2h\n"
      "notify:\n"
      "  - {url: 'https://hooks.example/a', on: [failure, late]}\n"
      "  - {url: 'http://127.0.0.1:1/b'}\n");
  EXPECT_EQ(read.errors, "");
  EXPECT_EQ(read.schedule.crons.size(), 2U);
  EXPECT_EQ(read.schedule.time_zone, "Europe/Helsinki");
  EXPECT_EQ(read.schedule.missed, Missed::kRunAll);
  EXPECT_EQ(read.schedule.files, "in/*.csv");
  EXPECT_EQ(read.schedule.settle_ms, 30'000);
  EXPECT_EQ(read.schedule.snapshots, std::vector<std::string>{"audience"});
  EXPECT_EQ(read.schedule.late_ms, 7'200'000);
  EXPECT_EQ(ScheduleOptions::FromJson(read.schedule.ToJson()), read.schedule);
  ASSERT_EQ(read.notify.size(), 2U);
  EXPECT_TRUE(read.notify[0].Wants("late"));
  EXPECT_FALSE(read.notify[0].Wants("success"));
  EXPECT_TRUE(read.notify[1].Wants("success"));
  EXPECT_EQ(NotifyOptions::FromJson(read.notify[0].ToJson()), read.notify[0]);
}

TEST(ScheduleOptions, AreAbsentWhenNothingIsSaid) {
  const Read read = ReadText("pipeline: x\n");
  EXPECT_FALSE(read.schedule.any());
  EXPECT_TRUE(read.notify.empty());
}

TEST(ScheduleOptions, MistakesAreRefusedWhereTheyStand) {
  struct Case {
    const char* text;
    const char* wants;
  };
  for (const Case& c : {Case{"schedule: {cron: '0 25 * * *'}\n", "SIG-1215"},
                        Case{"schedule: {cron: '0 5 * * *', time_zone: Mars/Base}\n", "Mars/Base"},
                        Case{"schedule: {missed: skip}\n", "SIG-1215"},
                        Case{"schedule: {cron: '0 5 * * *', missed: often}\n", "SIG-1208"},
                        Case{"schedule: {corn: '0 5 * * *'}\n", "SIG-1204"},
                        Case{"notify: [{url: 'ftp://x'}]\n", "SIG-1215"},
                        Case{"notify: [{url: 'https://x', on: [never]}]\n", "SIG-1208"}}) {
    SCOPED_TRACE(c.text);
    EXPECT_NE(ReadText(c.text).errors.find(c.wants), std::string::npos) << ReadText(c.text).errors;
  }
}

}  // namespace
}  // namespace signet::pipelines
