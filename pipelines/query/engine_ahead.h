/// An engine that is opened, and SQL that is parsed, in a thread of their own.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/query/database.h"
#include "pipelines/query/statement_tree.h"

namespace signet::pipelines::query {

/// An engine with the settings of an analysis: nothing runs in it, all inputs are empty tables.
struct AnalysisEngine {
  std::unique_ptr<Database> database;
  std::unique_ptr<Connection> connection;

  static Result<AnalysisEngine> Open();
};

/// Starts to open an engine when it is made. One thread calls; destruction waits for what runs.
class EngineAhead {
 public:
  EngineAhead();
  EngineAhead(const EngineAhead&) = delete;
  EngineAhead& operator=(const EngineAhead&) = delete;
  ~EngineAhead();

  /// Starts to parse those texts; call it once, before Take.
  void Parse(std::vector<std::string> statements);
  /// The engine, once it is open; ask once.
  Result<AnalysisEngine> Take();
  /// The tree of `sql`, once it is parsed; null when it was not asked for, or cannot be parsed.
  /// Valid as long as this lives.
  const Json& TreeOf(std::string_view sql);

 private:
  struct Opened;
  std::shared_future<std::shared_ptr<Opened>> opened_;
  std::mutex mutex_;
  std::condition_variable more_;
  StatementTrees trees_;       ///< guarded by mutex_; entries are added and never changed
  bool all_parsed_ = true;     ///< guarded by mutex_
  std::future<void> parsing_;  ///< last: it uses the others
};

}  // namespace signet::pipelines::query
