// DuckDB alone: an engine is opened and each statement of a file prepared once. What `signet
// validate` asks of it at least, and nothing else.
//   bench_prepare FILE: a statement a line; those that begin with CREATE are run.
// Prints "[ figure ] prepare_ms VALUE", which deploy/bench reads.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

Result<double> PrepareAll(const std::vector<std::string>& statements) {
  SystemClock clock;
  const int64_t began = clock.MonotonicMicros();
  ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                   Database::Open({/*threads=*/1, /*memory_mb=*/128, {}}));
  const std::unique_ptr<Connection> connection = database->Connect();
  TRY(connection->Execute("PRAGMA disable_optimizer"));
  for (const std::string& sql : statements) {
    if (sql.rfind("CREATE", 0) == 0) {
      TRY(connection->Execute(sql));
    } else {
      TRY(connection->Describe(sql).status());
    }
  }
  return static_cast<double>(clock.MonotonicMicros() - began) / 1'000;
}

}  // namespace
}  // namespace signet::pipelines::query

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<std::string> statements;
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) statements.push_back(line);
  const auto millis = signet::pipelines::query::PrepareAll(statements);
  if (!millis.ok()) {
    static_cast<void>(std::fprintf(stderr, "%s\n", millis.status().ToString().c_str()));
    return 1;
  }
  std::printf("[ figure ] prepare_ms %.3f\n", *millis);
  return 0;
}
