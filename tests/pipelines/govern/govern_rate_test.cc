// How fast a core tokenises and gates: SIGNET_RATE_ROWS=2000000 turns it on; it prints, it does not
// judge. Five columns, one identifier, as the bench's govern.rows_per_s.
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

#include "crypto/base/entropy.h"
#include "pipelines/govern/gate.h"
#include "pipelines/govern/tokeniser.h"
#include "tests/pipelines/govern/govern_world.h"

namespace signet::pipelines {
namespace {

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class GovernRate : public GovernWorld {
 protected:
  template <typename Work>
  void Measure(const char* name, int64_t rows, const Work& work) {
    const double before = CpuSeconds();
    work();
    const double seconds = CpuSeconds() - before;
    std::printf("%-22s %8.0f rows/s of one core (%.2f s of processor)\n",
                name,
                static_cast<double>(rows) / seconds,
                seconds);
  }

  static SourceSpec OrdersSpec() {
    using policies::TreatmentKind;
    SourceSpec spec;
    spec.name = "orders";
    spec.format = *SourceFormat::FromJson(Json::Of({{"format", "csv"}}));
    spec.links = {{"customer_id", crypto::LinkType::kId, "crm"}};
    spec.columns = {MakeColumn("customer_id", TreatmentKind::kDrop),
                    MakeColumn("ordered_at", TreatmentKind::kKeep, ColumnType::kTimestamp),
                    MakeColumn("sku", TreatmentKind::kKeep),
                    MakeColumn("quantity", TreatmentKind::kKeep, ColumnType::kInt64),
                    MakeColumn("amount", TreatmentKind::kKeep, ColumnType::kDecimal)};
    return spec;
  }

  static std::string OrdersCsv(int64_t rows) {
    SeededEntropy random(5);
    std::string csv = "customer_id,ordered_at,sku,quantity,amount\n";
    char line[128];
    for (int64_t i = 0; i < rows; ++i) {
      const uint64_t n = random.Next();
      csv.append(line,
                 static_cast<size_t>(
                     std::snprintf(line,
                                   sizeof(line),
                                   "C-%07llu,2026-%02d-%02dT10:%02d:00Z,SKU-%04d,%d,%d.%02d\n",
                                   static_cast<unsigned long long>(n % 1'000'000),
                                   static_cast<int>(n % 12 + 1),
                                   static_cast<int>(n % 28 + 1),
                                   static_cast<int>(n % 60),
                                   static_cast<int>(n % 5000),
                                   static_cast<int>(n % 9 + 1),
                                   static_cast<int>(n % 300),
                                   static_cast<int>(n % 100))));
    }
    return csv;
  }

  SecretBytes key_{32};
};

TEST_F(GovernRate, TokeniseAndGatePrintTheirRates) {
  const char* wanted = std::getenv("SIGNET_RATE_ROWS");  // NOLINT(concurrency-mt-unsafe)
  if (wanted == nullptr) GTEST_SKIP() << "set SIGNET_RATE_ROWS to measure";
  const int64_t rows = *IntegerFromText(wanted);
  SourceSpec spec = OrdersSpec();
  spec.path = WriteSource("orders.csv", OrdersCsv(rows));
  query::DatabaseOptions options;
  options.readable_paths = {spec.path};
  options.memory_mb = 8192;
  auto database = query::Database::Open(options);
  ASSERT_TRUE(database.ok());
  database_ = std::move(database).value();
  sql_ = database_->Connect();
  Measure("tokenise", rows, [&] {
    const auto figures = RunTokenise(*sql_, spec, {&key_}, {});
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  });
  Execute("CREATE TABLE tokenised AS SELECT * FROM out");
  Execute("DROP VIEW out");
  Execute(
      "CREATE TABLE identity AS SELECT link_1 AS link, 'id:crm' AS type, uuid() AS subject, "
      "NULL::UUID AS alias_of, false AS blocked, 1::BIGINT AS seen FROM (SELECT DISTINCT link_1 "
      "FROM tokenised)");
  GateSpec gate;
  gate.source = spec;
  StageContext context;
  context.partitions = 8;
  Measure("gate", rows, [&] {
    const auto governed = RunGate(
        *sql_, gate, context, [](int, const std::vector<policies::Fact>&) { return OkStatus(); });
    ASSERT_TRUE(governed.ok()) << governed.status().ToString();
  });
}

}  // namespace
}  // namespace signet::pipelines
