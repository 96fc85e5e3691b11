#include "pipelines/query/database.h"

#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "tests/support/environment.h"

namespace signet::pipelines::query {
namespace {

TEST(Database, ReadsOnlyTheFilesItWasGiven) {
  const testing_support::ScratchFolder scratch;
  const std::string open = scratch.path() / "open.csv";
  const std::string closed = scratch.path() / "closed.csv";
  ASSERT_TRUE(WriteFileAtomically(open, ToBytes("a\n1\n")).ok());
  ASSERT_TRUE(WriteFileAtomically(closed, ToBytes("a\n1\n")).ok());
  const auto database = Database::Open({1, 256, {open}}).value();
  const auto connection = database->Connect();
  EXPECT_EQ(
      connection->QueryInt64("SELECT count(*) FROM read_csv(" + SqlLiteral(open) + ")").value(), 1);
  EXPECT_EQ(connection->QueryInt64("SELECT count(*) FROM read_csv(" + SqlLiteral(closed) + ")")
                .status()
                .code(),
            StatusCode::kDenied);
}

void ExpectEveryWayOutRefused(Connection& connection) {
  for (const char* sql : {
           "SELECT * FROM '/etc/passwd'",
           "SELECT * FROM read_text('/etc/passwd')",
           "SELECT * FROM read_text('/proc/self/environ')",
           "SELECT * FROM read_text('/proc/self/fd/../environ')",
           "SELECT * FROM glob('/etc/*')",
           "SELECT * FROM read_csv('http://127.0.0.1/x.csv')",
           "ATTACH '/tmp/signet_escape.db'",
           "COPY (SELECT 1) TO '/tmp/signet_escape.csv'",
           "EXPORT DATABASE '/tmp/signet_escape'",
           "INSTALL httpfs",
           "LOAD httpfs",
           "SET threads = 4",
           "SET temp_directory = '/tmp'",
           "SET enable_external_access = true",
           "SET lock_configuration = false",
           "RESET memory_limit",
           "SET TimeZone = 'Europe/Helsinki'",
       }) {
    SCOPED_TRACE(sql);
    EXPECT_FALSE(connection.Execute(sql).ok());
  }
  EXPECT_FALSE(std::filesystem::exists("/tmp/signet_escape.csv"));
}

size_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(threads), end(threads)));
}

/// What `body` returns in a process forked for it.
int InAForkedProcess(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Database, RefusesEveryWayOutFromInside) {
  const auto database = Database::Open({1, 256, {}}).value();
  ExpectEveryWayOutRefused(*database->Connect());
}

TEST(EngineImage, IsLockedDownLikeAnyEngine) {
  const auto image = EngineImage::Open(256).value();
  const auto database = image->Lock({}).value();
  const auto connection = database->Connect();
  ExpectEveryWayOutRefused(*connection);
  EXPECT_EQ(connection->QueryText("SELECT current_setting('TimeZone')").value(), "UTC");
}

TEST(EngineImage, ReadsOnlyTheFilesThatItsTaskWasGiven) {
  const testing_support::ScratchFolder scratch;
  const std::string open = scratch.path() / "open.csv";
  const std::string closed = scratch.path() / "closed.csv";
  ASSERT_TRUE(WriteFileAtomically(open, ToBytes("a\n1\n")).ok());
  ASSERT_TRUE(WriteFileAtomically(closed, ToBytes("a\n1\n")).ok());
  const auto image = EngineImage::Open(256).value();
  const auto database = image->Lock({open}).value();
  const auto connection = database->Connect();
  EXPECT_TRUE(connection->Execute("SELECT * FROM read_csv(" + SqlLiteral(open) + ")").ok());
  EXPECT_EQ(connection->Execute("SELECT * FROM read_csv(" + SqlLiteral(closed) + ")").code(),
            StatusCode::kDenied);
}

TEST(EngineImage, HoldsNoTableAndNoThreadOfItsOwn) {
  const size_t before = ThreadsOfThisProcess();
  const auto image = EngineImage::Open(256).value();
  EXPECT_EQ(ThreadsOfThisProcess(), before);
  const auto database = image->Lock({}).value();
  const auto connection = database->Connect();
  EXPECT_EQ(connection->QueryInt64("SELECT count(*) FROM duckdb_tables()").value(), 0);
  EXPECT_EQ(
      connection->QueryInt64("SELECT count(*) FROM duckdb_views() WHERE NOT internal").value(), 0);
}

TEST(EngineImage, ServesEachForkedProcessApart) {
  const auto image = EngineImage::Open(256).value();
  for (int number = 1; number <= 3; ++number) {
    const int found = InAForkedProcess([&image, number] {
      const auto database = image->Lock({}).value();
      const auto connection = database->Connect();
      const std::string own = std::to_string(number);
      if (!connection->Execute("CREATE TABLE t AS SELECT " + own + " AS x").ok()) return 100;
      return static_cast<int>(connection->QueryInt64("SELECT sum(x) FROM t").value());
    });
    EXPECT_EQ(found, number);
  }
}

TEST(Database, ReadsAndWritesMemoryFiles) {
  const auto database = Database::Open({1, 256, {}}).value();
  const auto connection = database->Connect();
  const MemoryFile file = MemoryFile::Create("test").value();
  ASSERT_TRUE(connection
                  ->Execute("COPY (SELECT range AS x FROM range(1000)) TO " +
                            SqlLiteral(file.path()) + " (FORMAT parquet, USE_TMP_FILE false)")
                  .ok());
  EXPECT_EQ(
      connection->QueryInt64("SELECT sum(x) FROM read_parquet(" + SqlLiteral(file.path()) + ")")
          .value(),
      499500);
}

TEST(Database, SpeaksUtc) {
  const auto database = Database::Open({1, 256, {}}).value();
  const auto connection = database->Connect();
  EXPECT_EQ(connection->QueryText("SELECT current_setting('TimeZone')").value(), "UTC");
}

TEST(Database, EndsAQueryThatNeedsTooMuchMemoryInsteadOfSpilling) {
  const auto database = Database::Open({1, 64, {}}).value();
  const auto connection = database->Connect();
  const Status status = connection->Execute(
      "CREATE TABLE t AS SELECT range AS x, repeat('y', 200) || range AS s FROM range(2000000)");
  EXPECT_EQ(status.code(), StatusCode::kExhausted) << status.ToString();
}

}  // namespace
}  // namespace signet::pipelines::query
