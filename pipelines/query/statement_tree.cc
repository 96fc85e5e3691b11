#include "pipelines/query/statement_tree.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines::query {
namespace {

constexpr size_t kSqlBytesMax = size_t{1} << 20;
/// Of one question to the engine.
constexpr size_t kBatchStatementsMax = 64;
constexpr size_t kBatchBytesMax = size_t{1} << 18;

/// Not skip_default: some defaults are true (UNION ALL), and a missing field reads as false.
std::string TreeOf(const std::string& text) {
  return "json_serialize_sql(" + text + ", skip_null := true, skip_empty := true)::VARCHAR";
}

Status CheckIsText(std::string_view sql) {
  if (sql.size() > kSqlBytesMax) return RefuseSql("the SQL is longer than 1 MiB");
  if (!IsValidUtf8(sql) || sql.find('\0') != std::string_view::npos) {
    return RefuseSql("the SQL is not text");
  }
  return OkStatus();
}

/// The parser's places are unsigned; "none" is 2^64 - 1, which is no integer of ours.
std::string WithoutMissingPlaces(std::string text) {
  static constexpr std::string_view kNone = "\"query_location\":18446744073709551615";
  for (size_t at = text.find(kNone); at != std::string::npos; at = text.find(kNone, at)) {
    text.replace(at, kNone.size(), "\"query_location\":-1");
  }
  return text;
}

/// The one statement in what the engine wrote.
Result<Json> StatementIn(std::string text) {
  Result<Json> tree = Json::Parse(WithoutMissingPlaces(std::move(text)));
  if (!tree.ok()) return RefuseSql("the SQL nests too deeply");
  if ((*tree)["error"].AsBool()) {
    const std::string& message = (*tree)["error_message"].AsString();
    return RefuseSql(message.find("Only SELECT") != std::string::npos
                         ? "only SELECT statements are allowed"
                         : message);
  }
  const size_t count = (*tree)["statements"].size();
  if (count != 1) return RefuseSql("the SQL holds " + std::to_string(count) + " statements");
  return (*tree)["statements"].items().front();
}

/// Asks for the trees of `batch`. The engine tells each with its text: no order is relied upon.
Status ParseBatch(Connection& connection,
                  const std::vector<std::string>& batch,
                  StatementTrees& trees) {
  if (batch.empty()) return OkStatus();
  std::string values;
  for (const std::string& sql : batch) {
    values += (values.empty() ? "(" : ", (") + SqlLiteral(sql) + ")";
  }
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Rows> rows,
      connection.Query("SELECT sql, " + TreeOf("sql") + " FROM (VALUES " + values + ") t(sql)"));
  for (Chunk chunk;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t row = 0; row < chunk.size(); ++row) {
      if (chunk.IsNull(0, row) || chunk.IsNull(1, row)) continue;
      Result<Json> tree = StatementIn(std::string(chunk.Text(1, row)));
      if (tree.ok()) trees.emplace(std::string(chunk.Text(0, row)), std::move(tree).value());
    }
  }
}

}  // namespace

Status RefuseSql(std::string why) {
  return Invalid(std::move(why))
      .WithDiagnostic("SIG-3010")
      .WithRemedy("a step's SQL is exactly one SELECT over its inputs");
}

Result<Json> ParseStatement(Connection& connection, std::string_view sql) {
  TRY(CheckIsText(sql));
  Result<std::string> text = connection.QueryText("SELECT " + TreeOf(SqlLiteral(sql)));
  if (!text.ok()) return RefuseSql("the SQL cannot be parsed");
  return StatementIn(std::move(text).value());
}

void ParseStatements(Connection& connection,
                     const std::vector<std::string>& statements,
                     const std::function<void(StatementTrees)>& take) {
  std::vector<std::string> batch;
  size_t bytes = 0;
  const auto ask = [&] {
    StatementTrees trees;
    // One that the engine cannot write down costs its batch; each is then asked for by itself.
    static_cast<void>(ParseBatch(connection, batch, trees));
    take(std::move(trees));
    batch.clear();
    bytes = 0;
  };
  for (const std::string& sql : statements) {
    if (!CheckIsText(sql).ok()) continue;
    if (batch.size() >= kBatchStatementsMax || bytes + sql.size() > kBatchBytesMax) ask();
    batch.push_back(sql);
    bytes += sql.size();
  }
  ask();
}

}  // namespace signet::pipelines::query
