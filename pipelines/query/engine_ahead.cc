#include "pipelines/query/engine_ahead.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace signet::pipelines::query {
namespace {

constexpr int kMemoryMb = 128;

}  // namespace

Result<AnalysisEngine> AnalysisEngine::Open() {
  AnalysisEngine engine;
  ASSIGN_OR_RETURN(engine.database, Database::Open({/*threads=*/1, kMemoryMb, {}}));
  engine.connection = engine.database->Connect();
  // Names and types are settled before: rewriting a plan that is never run doubles the time.
  TRY(engine.connection->Execute("PRAGMA disable_optimizer"));
  return engine;
}

/// What the thread leaves: the engine, and a connection of its own to parse with.
struct EngineAhead::Opened {
  Status status;
  AnalysisEngine engine;
  std::unique_ptr<Connection> parser;
};

EngineAhead::EngineAhead()
    : opened_(std::async(std::launch::async, [] {
        auto opened = std::make_shared<Opened>();
        Result<AnalysisEngine> engine = AnalysisEngine::Open();
        opened->status = engine.status();
        if (!engine.ok()) return opened;
        opened->engine = std::move(engine).value();
        opened->parser = opened->engine.database->Connect();
        return opened;
      })) {}

// The parser's connection ends before the engine, which Take may have handed out.
EngineAhead::~EngineAhead() {
  if (parsing_.valid()) parsing_.wait();
  opened_.get()->parser.reset();
}

void EngineAhead::Parse(std::vector<std::string> statements) {
  all_parsed_ = false;
  parsing_ = std::async(std::launch::async, [this, statements = std::move(statements)] {
    const Opened& engine = *opened_.get();
    if (engine.status.ok()) {
      ParseStatements(*engine.parser, statements, [this](StatementTrees trees) {
        const std::lock_guard lock(mutex_);
        trees_.merge(trees);
        more_.notify_one();
      });
    }
    const std::lock_guard lock(mutex_);
    all_parsed_ = true;
    more_.notify_one();
  });
}

Result<AnalysisEngine> EngineAhead::Take() {
  Opened& opened = *opened_.get();
  TRY(opened.status);
  return std::move(opened.engine);
}

const Json& EngineAhead::TreeOf(std::string_view sql) {
  static const Json kNone;
  std::unique_lock lock(mutex_);
  more_.wait(lock, [this, sql] { return all_parsed_ || trees_.contains(sql); });
  const auto found = trees_.find(sql);
  return found == trees_.end() ? kNone : found->second;
}

}  // namespace signet::pipelines::query
