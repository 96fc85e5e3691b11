#include "pipelines/query/database.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "crypto/base/text.h"
#include "pipelines/query/handles.h"

namespace signet::pipelines::query {
namespace {

/// Connections made before the lock, with progress reporting (a setting per connection).
constexpr size_t kReadyConnections = 4;

duckdb_logical_type MakeType(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case ColumnType::kInt64:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case ColumnType::kDouble:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case ColumnType::kDecimal:
      return duckdb_create_decimal_type(18, 4);
    case ColumnType::kDate:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case ColumnType::kTimestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case ColumnType::kText:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case ColumnType::kUuid:
      return duckdb_create_logical_type(DUCKDB_TYPE_UUID);
    case ColumnType::kBytes:
      return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
  }
  CHECK(false);
}

/// Opens an engine within its limits: told of them later, it would begin with a thread for each
/// processor and end them again, and give the whole process's free memory back to the system.
Status Start(const DatabaseOptions& options, duckdb_database& database) {
  duckdb_config config = nullptr;
  char* reason = nullptr;
  const std::string threads = std::to_string(options.threads);
  const std::string memory = std::to_string(options.memory_mb) + "MB";
  const bool started = duckdb_create_config(&config) == DuckDBSuccess &&
                       duckdb_set_config(config, "threads", threads.c_str()) == DuckDBSuccess &&
                       duckdb_set_config(config, "memory_limit", memory.c_str()) == DuckDBSuccess &&
                       duckdb_open_ext(nullptr, &database, config, &reason) == DuckDBSuccess;
  duckdb_free(reason);
  duckdb_destroy_config(&config);
  return started ? OkStatus() : Exhausted("the query engine cannot start");
}

/// Runs one of our own settings; a refusal is a bug of this room.
Status Run(duckdb_connection connection, const std::string& sql) {
  duckdb_result result{};
  const duckdb_state state = duckdb_query(connection, sql.c_str(), &result);
  duckdb_destroy_result(&result);
  if (state != DuckDBSuccess) return Internal("the query engine refused: " + sql);
  return OkStatus();
}

std::string PathList(const std::vector<std::string>& paths) {
  std::string list = "[";
  for (const std::string& path : paths) {
    if (list.size() > 1) list += ", ";
    list += SqlLiteral(path);
  }
  return list + "]";
}

/// Order matters: what is allowed is said before access is switched off, the lock comes last.
Status LockDown(duckdb_connection connection, const DatabaseOptions& options) {
  const std::vector<std::string> settings = {
      "SET GLOBAL temp_directory = ''",
      "SET GLOBAL TimeZone = 'UTC'",
      "SET GLOBAL Calendar = 'gregorian'",
      // Memory files get the numbers of closed ones again: nothing may be cached by path.
      "SET GLOBAL enable_external_file_cache = false",
      // Their defaults: the engine asks for them all the time, and a default is parsed each time.
      "SET GLOBAL preserve_identifier_case = true",
      "SET GLOBAL integer_division = false",
      "SET GLOBAL debug_verify_vector = 'none'",
      "SET GLOBAL preserve_insertion_order = true",
      "SET GLOBAL autoinstall_known_extensions = false",
      "SET GLOBAL autoload_known_extensions = false",
      "SET GLOBAL allow_community_extensions = false",
      "SET GLOBAL allow_persistent_secrets = false",
      "SET GLOBAL allowed_directories = ['/proc/self/fd/']",
      "SET GLOBAL allowed_paths = " + PathList(options.readable_paths),
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
  };
  for (const std::string& setting : settings) TRY(Run(connection, setting));
  return OkStatus();
}

}  // namespace

LogicalType::LogicalType(ColumnType type) : type_(MakeType(type)) {}

Database::Handle::~Handle() {
  for (duckdb_connection& connection : ready) duckdb_disconnect(&connection);
  duckdb_close(&database);
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  CHECK(options.threads > 0 && options.memory_mb > 0);
  auto handle = std::make_unique<Handle>();
  TRY(Start(options, handle->database));
  for (size_t i = 0; i < kReadyConnections; ++i) {
    duckdb_connection connection = nullptr;
    if (duckdb_connect(handle->database, &connection) != DuckDBSuccess) {
      return Exhausted("the query engine cannot connect");
    }
    handle->ready.push_back(connection);
    TRY(Run(connection, "SET enable_progress_bar = true"));
    TRY(Run(connection, "SET enable_progress_bar_print = false"));
  }
  TRY(LockDown(handle->ready.front(), options));
  return std::unique_ptr<Database>(new Database(std::move(handle)));
}

std::unique_ptr<Connection> Database::Connect() {
  duckdb_connection connection = nullptr;
  if (handle_->ready.empty()) {
    CHECK(duckdb_connect(handle_->database, &connection) == DuckDBSuccess);
  } else {
    connection = handle_->ready.back();
    handle_->ready.pop_back();
  }
  auto made = std::make_unique<Connection::Handle>(handle_->database, connection);
  // Functions belong to the database, so their failures are seen by whichever connection runs.
  made->failure = handle_->failure;
  return std::unique_ptr<Connection>(new Connection(std::move(made)));
}

}  // namespace signet::pipelines::query
