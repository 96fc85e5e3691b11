#include "pipelines/catalog/run_task.h"

#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

using RunTaskTest = TaskWorld;

TEST_F(RunTaskTest, AnUnknownOperatorIsInvalid) {
  TaskAssignment task = SqlTask(kSums);
  task.spec.op = "shell";
  const Status status = Run(task).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_NE(status.message().find("shell"), std::string::npos);
}

TEST_F(RunTaskTest, AnotherOperatorThanThePlannedOneIsDenied) {
  TaskAssignment task = SqlTask(kSums);
  task.spec.operator_digest = std::string(64, '0');
  const Status status = Run(task).status();
  EXPECT_EQ(status.code(), StatusCode::kDenied);
  EXPECT_NE(status.remedy(), "");
}

TEST_F(RunTaskTest, AnInputWithoutItsKeyIsDenied) {
  TaskAssignment task = SqlTask(kSums);
  task.lease.deks.erase(DekId("dek-orders"));
  const Status status = Run(task).status();
  EXPECT_EQ(status.code(), StatusCode::kDenied) << status.ToString();
  EXPECT_NE(status.message().find("dek-orders"), std::string::npos);
}

TEST_F(RunTaskTest, AnOutputWithoutItsKeyIsDenied) {
  TaskAssignment task = SqlTask(kSums);
  task.lease.deks.erase(DekId("dek-sums"));
  EXPECT_EQ(Run(task).status().code(), StatusCode::kDenied);
  task = SqlTask(kSums);
  task.spec.outputs[0].deks.clear();
  EXPECT_EQ(Run(task).status().code(), StatusCode::kDenied);
}

TEST_F(RunTaskTest, ATaskWithoutTheDigestKeyIsDenied) {
  TaskAssignment task = SqlTask(kSums);
  task.lease.keys.clear();
  EXPECT_EQ(Run(task).status().code(), StatusCode::kDenied);
}

TEST_F(RunTaskTest, AConsentViewWithoutItsKeyIsDenied) {
  TaskAssignment task = SqlTask(kSums);
  Restrict(task, {Person(1)});
  task.lease.deks.erase(DekId("dek-view"));
  EXPECT_EQ(Run(task).status().code(), StatusCode::kDenied);
}

TEST_F(RunTaskTest, TheConsentViewOfAnotherPurposeIsRefused) {
  TaskAssignment task = SqlTask(kSums);
  Restrict(task, {Person(1)});
  task.spec.purpose = "marketing.segmentation";
  EXPECT_EQ(Run(task).status().code(), StatusCode::kCorrupt);
}

TEST_F(RunTaskTest, AnotherKeyThanTheOneSealedUnderIsCorrupt) {
  TaskAssignment task = SqlTask(kSums);
  task.lease.deks.erase(DekId("dek-orders"));
  task.lease.deks.emplace(DekId("dek-orders"), entropy_.RandomSecret(32));
  EXPECT_EQ(Run(task).status().code(), StatusCode::kCorrupt);
}

TEST_F(RunTaskTest, AStoreOfAnUnknownKindIsInvalid) {
  TaskAssignment task = SqlTask(kSums);
  task.spec.blobs = "s3://bucket";
  EXPECT_EQ(Run(task).status().code(), StatusCode::kInvalid);
}

TEST_F(RunTaskTest, GarbageIsNoTask) {
  for (const char* text : {"", "x", "no task at all, but longer than four bytes"}) {
    const Status status = RunTask(ToBytes(text), {}).status();
    EXPECT_TRUE(status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kInvalid)
        << status.ToString();
  }
}

TEST_F(RunTaskTest, AnEngineOpenedAheadGivesTheSameRows) {
  const TaskAssignment task = SqlTask(kSums);
  const Bytes payload = task.Encode();
  const std::string path = scratch_.path() / "result";
  EnginesAhead engines = OpenEnginesAhead();
  ASSERT_NE(engines.image, nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<Bytes> result = RunTask(payload, {}, std::move(engines.image));
    ::_exit(result.ok() && WriteFileAtomically(path, *result).ok() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const TaskResult ahead = TaskResult::Decode(ReadFile(path).value()).value();
  const TaskResult own = Run(task).value();
  ASSERT_EQ(ahead.outputs.at("out").size(), own.outputs.at("out").size());
  ASSERT_FALSE(own.outputs.at("out").empty());
  EXPECT_EQ(ahead.outputs.at("out").front().content, own.outputs.at("out").front().content);
  EXPECT_EQ(ahead.rows, own.rows);
}

TEST_F(RunTaskTest, NothingPlainRestsInTheStore) {
  ASSERT_TRUE(Run(SqlTask(kSums)).ok());
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const Bytes bytes = ReadFile(entry.path()).value();
    EXPECT_EQ(AsText(bytes).find("PAR1"), std::string_view::npos);
    EXPECT_EQ(AsText(bytes).find("subject"), std::string_view::npos);
  }
  EXPECT_EQ(files, 2U);
}

}  // namespace
}  // namespace signet::pipelines
