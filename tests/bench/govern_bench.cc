// The limit of govern.rows_per_s: DuckDB and HMAC in one pass over the same files, both processors,
// nothing sealed, nobody resolved. SIGNET_BENCH_ORDERS names the folder with orders-*.csv.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/pseudonym/link_hasher.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

std::vector<std::string> OrderFiles() {
  std::vector<std::string> files;
  const char* folder = std::getenv("SIGNET_BENCH_ORDERS");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void RegisterLink(query::Connection& sql) {
  SystemEntropy entropy;
  const auto hasher = std::make_shared<const crypto::LinkHasher>(entropy.RandomSecret(32));
  const auto run = [hasher](const query::Arguments& in, query::ColumnWriter& out) {
    for (size_t r = 0; r < in.rows(); ++r) {
      if (!in[0].IsNull(r)) {
        out.SetUuid(r, hasher->Link(crypto::LinkType::kId, "customer", in[0].Text(r)));
      }
    }
    return OkStatus();
  };
  CHECK(sql.RegisterFunction({"link", {ColumnType::kText}, ColumnType::kUuid, run}).ok());
}

void OnePass(benchmark::State& state) {
  const std::vector<std::string> files = OrderFiles();
  if (files.empty()) {
    state.SkipWithError("SIGNET_BENCH_ORDERS names no folder with CSV files");
    return;
  }
  std::vector<std::string> quoted;
  quoted.reserve(files.size());
  for (const std::string& file : files) quoted.push_back(SqlLiteral(file));
  int64_t rows = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto database = query::Database::Open({/*threads=*/2, /*memory_mb=*/4096, files}).value();
    const auto sql = database->Connect();
    RegisterLink(*sql);
    const MemoryFile out = MemoryFile::Create("signet-bench").value();
    const Status copied = sql->Execute(
        "COPY (SELECT link(customer_id) AS link, ordered_at::TIMESTAMP AS ordered_at, sku, "
        "quantity::BIGINT AS quantity, amount::DECIMAL(18,4) AS amount FROM read_csv([" +
        Join(quoted, ", ") + "], header = true, all_varchar = true)) TO " + SqlLiteral(out.path()) +
        " (FORMAT parquet, COMPRESSION lz4_raw, USE_TMP_FILE false)");
    if (!copied.ok()) {
      state.SkipWithError(copied.ToString().c_str());
      return;
    }
    rows += sql->QueryInt64("SELECT num_rows FROM parquet_file_metadata(" + SqlLiteral(out.path()) +
                            ")")
                .value();
  }
  state.SetItemsProcessed(rows);
}

BENCHMARK(OnePass)->Name("govern.rows_per_s/limit")->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace signet::pipelines
