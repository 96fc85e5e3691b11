// Figures of governance: `name` is Signet's, `name/limit` what the same work costs at least.
// Rates are per second of processor time, so that a loaded machine tells the same.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "pipelines/plan/planner.h"
#include "pipelines/query/connection.h"
#include "pipelines/query/database.h"
#include "policies/compile/compile.h"
#include "policies/consent/ledger.h"
#include "tests/policies/disclosure/adult.h"

namespace signet {
namespace {

namespace query = pipelines::query;

double ProcessSeconds() {
  timespec now{};
  return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0
             ? static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9
             : 0.0;
}

/// 200 steps of ten columns each, 2,000 in all; a fifth of them each: features by SQL over the
/// source, SQL over features with a window, with a join, with CASE, and a segment.
std::string Pipeline() {
  std::string text =
      "signet: 1\npipeline: wide\npolicies: [gdpr, ccpa]\nsources:\n  orders:\n"
      "    read: {format: csv, path: /nowhere/orders.csv}\n    subject: {id: customer_id}\n"
      "    columns:\n      customer_id: {category: user.unique_id}\n";
  for (int c = 0; c < 9; ++c) {
    text +=
        "      v" + std::to_string(c) + ": {category: user.behavior.purchase_history, type: int}\n";
  }
  text += "steps:\n";
  std::string all;
  for (int c = 0; c < 9; ++c) all += ", v" + std::to_string(c);
  for (int s = 0; s < 200; ++s) {
    const std::string id = "s" + std::to_string(s);
    const std::string before = "s" + std::to_string(s - 1);
    text += "  " + id + ":\n    purpose: marketing.segmentation\n    uses: sql\n";
    if (s % 5 == 0) {
      text += "    inputs: {o: orders}\n    sql: SELECT subject";
      for (int c = 0; c < 9; ++c) {
        const std::string v = "v" + std::to_string(c);
        text.append(", max(").append(v).append(") AS ").append(v);
      }
      text += " FROM o WHERE v0 > " + std::to_string(s) + " GROUP BY subject\n";
    } else if (s % 5 == 1) {
      text += "    inputs: {p: " + before +
              "}\n    sql: SELECT subject, rank() OVER (ORDER BY v1) "
              "AS v0, v1, v2, v3, v4, v5, v6, v7, v8 FROM p\n";
    } else if (s % 5 == 2) {
      text +=
          "    inputs: {p: " + before + ", q: s" + std::to_string(s - 2) +
          "}\n    sql: SELECT p.subject, q.v0, p.v1 + q.v1 AS v1, p.v2, p.v3, p.v4, p.v5, p.v6, "
          "p.v7, p.v8 FROM p JOIN q ON p.subject = q.subject\n";
    } else {
      text += "    inputs: {p: " + before + "}\n    sql: SELECT subject, CASE WHEN v0 > " +
              std::to_string(s) +
              " THEN v1 ELSE v2 END AS v0, v1, v2, v3, v4, v5, v6, v7, v8 FROM "
              "p WHERE v3 > 0\n";
    }
  }
  return text;
}

/// Milliseconds of processor time that plan, proof and derivation of the pipeline take.
void PlanProof(benchmark::State& state) {
  testing_support::ScratchFolder folder;
  pipelines::PlanRequest request;
  request.file = folder.path() / "wide.yaml";
  const Status written = WriteFileAtomically(request.file, AsBytes(Pipeline()));
  const Result<Timestamp> now = TimestampFromText("2026-01-01T00:00:00Z");
  if (!written.ok() || !now.ok()) return state.SkipWithError("no scratch folder");
  request.now = *now;
  request.bundles = SIGNET_BUNDLES;
  request.base = folder.path();
  request.find_files = false;
  double best = 1e9;
  for ([[maybe_unused]] auto _ : state) {
    const double begin = ProcessSeconds();
    const Result<pipelines::Planned> planned = pipelines::MakePlan(request);
    const std::string digest = planned.ok() ? planned->plan.Digest() : std::string();
    best = std::min(best, ProcessSeconds() - begin);
    if (!planned.ok()) return state.SkipWithError(planned.status().message().c_str());
    benchmark::DoNotOptimize(digest);
  }
  state.counters["value"] = best * 1000;
}
BENCHMARK(PlanProof)->Name("plan.proof200_ms")->Iterations(5);

Uuid Numbered(uint64_t number) {
  SeededEntropy entropy(number);
  return entropy.RandomUuid();
}

constexpr int64_t kRows = 4'000'000;
constexpr uint64_t kSubjects = 200'000;

/// Rows of 200,000 subjects, of whom nine in ten may be used, as the executor opens them.
std::unique_ptr<query::Connection> Rows(query::Database& database) {
  std::unique_ptr<query::Connection> sql = database.Connect();
  const Status made = sql->Execute(
      "CREATE TABLE subjects AS SELECT md5(i::VARCHAR)::UUID AS s, i FROM range(" +
      std::to_string(kSubjects) +
      ") AS t(i); CREATE TABLE allowed AS SELECT s FROM subjects WHERE i "
      "% 10 <> 0; CREATE TABLE rows AS SELECT s AS subject, r AS amount FROM range(" +
      std::to_string(kRows) + ") AS t(r) JOIN subjects ON i = r % " + std::to_string(kSubjects));
  return made.ok() ? std::move(sql) : nullptr;
}

/// Rows through the consent view in a second of one core; `filtered` false: the same scan without.
void ConsentRows(benchmark::State& state, bool filtered) {
  const auto database = query::Database::Open({/*threads=*/1, /*memory_mb=*/2048, {}});
  if (!database.ok()) return state.SkipWithError("no engine");
  const std::unique_ptr<query::Connection> sql = Rows(**database);
  if (sql == nullptr) return state.SkipWithError("no rows");
  const std::string where = filtered ? " WHERE subject IN (SELECT s FROM allowed)" : "";
  double best = 1e9;
  for ([[maybe_unused]] auto _ : state) {
    const double begin = ProcessSeconds();
    const Result<int64_t> sum = sql->QueryInt64(
        "SELECT CAST(sum(amount) AS BIGINT) FROM (SELECT subject, amount FROM rows" + where + ")");
    best = std::min(best, ProcessSeconds() - begin);
    if (!sum.ok()) return state.SkipWithError(sum.status().message().c_str());
  }
  state.counters["value"] = static_cast<double>(kRows) / best;
}
BENCHMARK_CAPTURE(ConsentRows, gate, true)->Name("consent.rows_per_s_core")->Iterations(5);
BENCHMARK_CAPTURE(ConsentRows, scan, false)->Name("consent.rows_per_s_core/limit")->Iterations(5);

/// Facts of the ledger that a decision for all its subjects reads in a second of one core.
void ConsentDecisions(benchmark::State& state) {
  const Result<policies::PolicySources> sources =
      policies::FindPolicies({"gdpr", "ccpa"}, SIGNET_BUNDLES, SIGNET_BUNDLES);
  if (!sources.ok()) return state.SkipWithError("no policies");
  const Result<policies::Policy> policy = policies::CompilePolicies(*sources);
  if (!policy.ok()) return state.SkipWithError("no policies");
  std::vector<policies::Fact> facts;
  constexpr uint64_t kPeople = 300'000;
  for (uint64_t i = 0; i < kPeople; ++i) {
    policies::Fact fact;
    fact.subject = SubjectId{Numbered(i)};
    facts.push_back(fact);
    fact.kind = policies::Fact::kJurisdiction;
    fact.value = i % 3 == 0 ? "us-ca" : "eu";
    fact.time_micros = 1;
    fact.source = "crm.country";
    facts.push_back(fact);
    fact.kind = policies::Fact::kConsent;
    fact.purpose = "marketing.segmentation";
    fact.value = i % 4 == 0 ? "withdrawn" : "given";
    fact.source = "crm.ok";
    facts.push_back(fact);
  }
  policies::LedgerPartition ledger;
  if (!ledger.Apply(facts).ok()) return state.SkipWithError("facts are refused");
  double best = 1e9;
  for ([[maybe_unused]] auto _ : state) {
    const double begin = ProcessSeconds();
    const std::vector<SubjectId> allowed = ledger.AllowedFor(*policy, "marketing.segmentation");
    best = std::min(best, ProcessSeconds() - begin);
    benchmark::DoNotOptimize(allowed.data());
  }
  state.counters["value"] = static_cast<double>(facts.size()) / best;
}
BENCHMARK(ConsentDecisions)->Name("consent.facts_per_s_core")->Iterations(5);

/// Seconds of processor time of the search on the Adult set, k = 5, 4 % suppressed.
void Adult(benchmark::State& state) {
  const auto columns = testing_support::AdultColumns();
  if (!columns.has_value()) return state.SkipWithError("../shared/vectors/adult is absent");
  double best = 1e9;
  for ([[maybe_unused]] auto _ : state) {
    const double begin = ProcessSeconds();
    const auto found = policies::FindGeneralisation(*columns, {5, 0.04});
    best = std::min(best, ProcessSeconds() - begin);
    if (!found.ok()) return state.SkipWithError("no generalisation");
  }
  state.counters["value"] = best;
}
BENCHMARK(Adult)->Name("disclosure.adult_k5_s")->Iterations(5);

}  // namespace
}  // namespace signet
