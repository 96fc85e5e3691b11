#include "pipelines/query/database.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "crypto/base/file.h"
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
Status OpenEngine(int threads, int memory_mb, duckdb_database& database) {
  duckdb_config config = nullptr;
  char* reason = nullptr;
  const std::string count = std::to_string(threads);
  const std::string memory = std::to_string(memory_mb) + "MB";
  const bool started = duckdb_create_config(&config) == DuckDBSuccess &&
                       duckdb_set_config(config, "threads", count.c_str()) == DuckDBSuccess &&
                       duckdb_set_config(config, "memory_limit", memory.c_str()) == DuckDBSuccess &&
                       duckdb_open_ext(nullptr, &database, config, &reason) == DuckDBSuccess;
  duckdb_free(reason);
  duckdb_destroy_config(&config);
  return started ? OkStatus() : Exhausted("the query engine cannot start");
}

/// Runs one of our own statements; a refusal is a bug of this room.
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

/// What holds for every task.
constexpr const char* kSettings[] = {
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
};

constexpr std::string_view kWarmTable =
    "CREATE TABLE signet_warm AS SELECT md5(i::VARCHAR)::UUID AS subject, i::VARCHAR AS label, "
    "i::DECIMAL(18,4) AS amount, i::DOUBLE AS score, TIMESTAMP '2026-01-01' + "
    "to_days(i::INTEGER) AS moment FROM range(100) r(i)";
constexpr std::string_view kWarmCopy =
    "COPY (SELECT CAST(subject AS UUID) AS subject, CAST(label AS VARCHAR) AS label, CAST(amount "
    "AS DECIMAL(18,4)) AS amount, CAST(score AS DOUBLE) AS score, CAST(moment AS TIMESTAMP) AS "
    "moment FROM signet_warm) TO ";
constexpr std::string_view kWarmCopyOptions =
    " (FORMAT parquet, COMPRESSION lz4_raw, USE_TMP_FILE false)";
constexpr std::string_view kWarmView =
    "CREATE VIEW signet_warm_view AS SELECT subject, label, amount, score, moment FROM (SELECT * "
    "FROM read_parquet([";
constexpr std::string_view kWarmViewFilter =
    "])) WHERE subject IN (SELECT subject FROM signet_warm) AND (moment < TIMESTAMP '2030-01-01')";
constexpr std::string_view kWarmOut =
    "CREATE TEMP TABLE signet_warm_out AS SELECT v.subject, sum(v.amount) AS total, "
    "count(DISTINCT w.label) AS labels, max(v.moment) FILTER (v.score > 1) AS latest, "
    "row_number() OVER (ORDER BY v.subject) AS place FROM signet_warm_view v LEFT JOIN "
    "signet_warm w ON w.subject = v.subject GROUP BY v.subject ORDER BY v.subject";
constexpr std::string_view kWarmEnd =
    "DROP TABLE signet_warm_out; DROP VIEW signet_warm_view; DROP TABLE signet_warm";

/// What tasks do most, in small: a dataset is written, read with a list of subjects, joined,
/// grouped and sorted. `file` is an empty memory file.
Status Warm(duckdb_connection connection, const std::string& file) {
  const std::string path = SqlLiteral(file);
  TRY(Run(connection, std::string(kWarmTable)));
  TRY(Run(connection, std::string(kWarmCopy) + path + std::string(kWarmCopyOptions)));
  TRY(Run(connection, "SELECT file_name, num_rows FROM parquet_file_metadata([" + path + "])"));
  TRY(Run(connection, std::string(kWarmView) + path + std::string(kWarmViewFilter)));
  TRY(Run(connection, std::string(kWarmOut)));
  TRY(Run(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'signet_warm'"));
  return Run(connection, std::string(kWarmEnd));
}

}  // namespace

LogicalType::LogicalType(ColumnType type) : type_(MakeType(type)) {}

Database::Handle::~Handle() {
  for (duckdb_connection& connection : ready) duckdb_disconnect(&connection);
  duckdb_close(&database);
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database::Handle>> Database::Handle::Start(int threads, int memory_mb) {
  CHECK(threads > 0 && memory_mb > 0);
  auto handle = std::make_unique<Handle>();
  TRY(OpenEngine(threads, memory_mb, handle->database));
  for (size_t i = 0; i < kReadyConnections; ++i) {
    duckdb_connection connection = nullptr;
    if (duckdb_connect(handle->database, &connection) != DuckDBSuccess) {
      return Exhausted("the query engine cannot connect");
    }
    handle->ready.push_back(connection);
    TRY(Run(connection, "SET enable_progress_bar = true"));
    TRY(Run(connection, "SET enable_progress_bar_print = false"));
  }
  for (const char* setting : kSettings) TRY(Run(handle->ready.front(), setting));
  return handle;
}

/// Order matters: what is allowed is said before access is switched off, the lock comes last.
Status Database::Handle::Lock(const std::vector<std::string>& readable_paths) const {
  duckdb_connection connection = ready.front();
  TRY(Run(connection, "SET GLOBAL allowed_directories = ['/proc/self/fd/']"));
  TRY(Run(connection, "SET GLOBAL allowed_paths = " + PathList(readable_paths)));
  TRY(Run(connection, "SET GLOBAL enable_external_access = false"));
  return Run(connection, "SET GLOBAL lock_configuration = true");
}

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Handle> handle,
                   Handle::Start(options.threads, options.memory_mb));
  TRY(handle->Lock(options.readable_paths));
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

EngineImage::EngineImage(std::unique_ptr<Database::Handle> handle) : handle_(std::move(handle)) {}
EngineImage::~EngineImage() = default;

Result<std::unique_ptr<EngineImage>> EngineImage::Open(int memory_mb) {
  // One thread is the caller's own.
  ASSIGN_OR_RETURN(std::unique_ptr<Database::Handle> handle,
                   Database::Handle::Start(/*threads=*/1, memory_mb));
  ASSIGN_OR_RETURN(const MemoryFile file, MemoryFile::Create("signet-warm"));
  TRY(Warm(handle->ready.front(), file.path()));
  return std::unique_ptr<EngineImage>(new EngineImage(std::move(handle)));
}

Result<std::unique_ptr<Database>> EngineImage::Lock(
    const std::vector<std::string>& readable_paths) {
  CHECK(handle_ != nullptr);
  TRY(handle_->Lock(readable_paths));
  return std::unique_ptr<Database>(new Database(std::move(handle_)));
}

}  // namespace signet::pipelines::query
