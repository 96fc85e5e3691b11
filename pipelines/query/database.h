/// An in-memory DuckDB, locked down: it reads what it was given and nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines::query {

struct DatabaseOptions {
  int threads = 1;
  int memory_mb = 1024;
  /// Files that SQL may read (sources); besides them only /proc/self/fd/ (memory files).
  std::vector<std::string> readable_paths;
};

/// Owns the engine. Refused from inside: other files, globs elsewhere, ATTACH, INSTALL, LOAD,
/// settings (lock_configuration); nothing spills to disk (no temporary folder). UTC.
class Database {
 public:
  /// kExhausted or kInternal when the engine cannot start.
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A connection; it must not outlive the database. Tables are shared, temporary ones are not.
  std::unique_ptr<Connection> Connect();

 private:
  friend class EngineImage;
  struct Handle;
  explicit Database(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

/// An engine that was opened ahead, for processes that are forked from this one: opening costs more
/// than most tasks ask of it. It was given no data, has no thread of its own (a fork would lose
/// it), and can be asked nothing before it is locked.
class EngineImage {
 public:
  /// Opens it and runs statements of each kind once on rows of its own, so that what the engine
  /// makes at first use is made once for all. kExhausted or kInternal when it cannot start.
  static Result<std::unique_ptr<EngineImage>> Open(int memory_mb);
  ~EngineImage();
  EngineImage(const EngineImage&) = delete;
  EngineImage& operator=(const EngineImage&) = delete;

  /// Makes it a Database as Database::Open does: once, in the process that goes on with it.
  Result<std::unique_ptr<Database>> Lock(const std::vector<std::string>& readable_paths);

 private:
  explicit EngineImage(std::unique_ptr<Database::Handle> handle);
  std::unique_ptr<Database::Handle> handle_;
};

}  // namespace signet::pipelines::query
