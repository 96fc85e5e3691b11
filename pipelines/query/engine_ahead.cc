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
  parsing_ = std::async(std::launch::async,
                        [opened = opened_, statements = std::move(statements)]() -> StatementTrees {
                          Opened& engine = *opened.get();
                          if (!engine.status.ok()) return {};
                          return ParseStatements(*engine.parser, statements);
                        });
}

Result<AnalysisEngine> EngineAhead::Take() {
  Opened& opened = *opened_.get();
  TRY(opened.status);
  return std::move(opened.engine);
}

const Json& EngineAhead::TreeOf(std::string_view sql) {
  static const Json kNone;
  if (parsing_.valid()) trees_ = parsing_.get();
  const auto found = trees_.find(sql);
  return found == trees_.end() ? kNone : found->second;
}

}  // namespace signet::pipelines::query
