// Training beside native XGBoost on the same matrix, and reason codes beside pred_contribs.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <xgboost/c_api.h>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "crypto/base/json.h"
#include "pipelines/models/bin_codes.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/tree_reasons.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRows = 200'000;
constexpr size_t kColumns = 30;
constexpr int kRounds = 100;
constexpr int kDepth = 6;

struct Data {
  std::vector<float> cells, labels;
};

const Data& TheData() {
  static const Data kData = [] {
    SeededEntropy entropy(1);
    Data made;
    for (size_t r = 0; r < kRows; ++r) {
      double signal = 0;
      for (size_t c = 0; c < kColumns; ++c) {
        const double u = static_cast<double>(entropy.Next() >> 11U) * 0x1p-53;
        made.cells.push_back(static_cast<float>(c % 3 == 0 ? std::floor(20 * u) : -std::log(u)));
        if (c < 10) signal += (u - 0.5) * static_cast<double>(c % 4);
      }
      const double coin = static_cast<double>(entropy.Next() >> 11U) * 0x1p-53;
      made.labels.push_back(coin < 1 / (1 + std::exp(-signal)) ? 1 : 0);
    }
    return made;
  }();
  return kData;
}

/// One thread on both sides, and processor time: the machine's other work must not decide.
int Threads() {
  return 1;
}

double Now() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Ours: cut list, codes, training.
double Ours() {
  const double start = Now();
  const RowMatrix rows{TheData().cells, kColumns};
  BoosterOptions options;
  options.rounds_max = kRounds;
  options.max_depth = kDepth;
  options.learning_rate = 0.1;
  options.min_child_weight = 1;
  options.threads = Threads();
  const CodeMatrix codes = CutList::Of(rows, CutList::kBinsMax, Threads()).Encode(rows, Threads());
  const CodeMatrix none{kColumns, {}};
  const Result<Booster> booster = Booster::Train(
      Loss::kLogistic, options, 1, {codes, {TheData().labels, {}, {}, 1}}, {none, {}}, {});
  CHECK(booster.ok());
  return Now() - start;
}

/// XGBoost alone: a DMatrix of the same floats, the same settings, its own loop.
double Native() {
  const double start = Now();
  DMatrixHandle matrix = nullptr;
  const Json array = Json::Of(
      {{"data", Json::List({Json(reinterpret_cast<uintptr_t>(TheData().cells.data())), true})},
       {"shape", Json::List({kRows, kColumns})},
       {"typestr", "<f4"},
       {"version", 3}});
  const std::string config = R"({"missing": NaN, "nthread": )" + std::to_string(Threads()) + "}";
  CHECK(XGDMatrixCreateFromDense(array.Dump().c_str(), config.c_str(), &matrix) == 0);
  CHECK(XGDMatrixSetFloatInfo(matrix, "label", TheData().labels.data(), kRows) == 0);
  BoosterHandle booster = nullptr;
  CHECK(XGBoosterCreate(&matrix, 1, &booster) == 0);
  const std::pair<const char*, std::string> settings[] = {{"objective", "binary:logistic"},
                                                          {"tree_method", "hist"},
                                                          {"max_depth", std::to_string(kDepth)},
                                                          {"eta", "0.1"},
                                                          {"max_bin", "256"},
                                                          {"nthread", std::to_string(Threads())},
                                                          {"verbosity", "0"}};
  for (const auto& [name, value] : settings) {
    CHECK(XGBoosterSetParam(booster, name, value.c_str()) == 0);
  }
  for (int round = 0; round < kRounds; ++round) {
    CHECK(XGBoosterUpdateOneIter(booster, round, matrix) == 0);
  }
  XGBoosterFree(booster);
  XGDMatrixFree(matrix);
  return Now() - start;
}

/// value: our time over theirs, the median of alternating runs.
void TrainVsNative(benchmark::State& state) {
  TheData();
  std::vector<double> ratios;
  double ours = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double own = Ours();
    const double native = Native();
    ratios.push_back(own / native);
    ours = own;
  }
  std::sort(ratios.begin(), ratios.end());
  state.counters["value"] = ratios[ratios.size() / 2];
  state.counters["seconds"] = ours;
}

struct Explained {
  CodeMatrix codes;
  Booster booster;
};

Explained MakeExplained() {
  const RowMatrix rows{TheData().cells, kColumns};
  const CutList cuts = CutList::Of(rows, CutList::kBinsMax, Threads());
  CodeMatrix codes = cuts.Encode({{TheData().cells.data(), 20'000 * kColumns}, kColumns}, 1);
  BoosterOptions options;
  options.rounds_max = 100;
  options.max_depth = 6;
  options.min_child_weight = 5;
  options.threads = Threads();
  const CodeMatrix none{kColumns, {}};
  Booster booster =
      std::move(Booster::Train(Loss::kLogistic,
                               options,
                               1,
                               {codes, {{TheData().labels.data(), 20'000}, {}, {}, 1}},
                               {none, {}},
                               {})
                    .value());
  return {std::move(codes), std::move(booster)};
}

/// value: rows a second of TreeReasons over those of pred_contribs, one thread each; 100 trees of
/// depth 6 over 30 columns.
void ReasonsVsNative(benchmark::State& state) {
  const Explained explained = MakeExplained();
  std::vector<size_t> head(400);
  for (size_t i = 0; i < head.size(); ++i) head[i] = i;
  const CodeMatrix few = explained.codes.Rows(head);
  double ratio = 0;
  double rate = 0;
  for ([[maybe_unused]] auto _ : state) {
    double start = Now();
    TreeReasons reasons(explained.booster.Trees().value(), kColumns);
    benchmark::DoNotOptimize(reasons.Explain(explained.codes.Floats(0, explained.codes.rows())));
    rate = static_cast<double>(explained.codes.rows()) / (Now() - start);
    start = Now();
    benchmark::DoNotOptimize(explained.booster.Contributions(few).value());
    ratio = rate / (static_cast<double>(few.rows()) / (Now() - start));
  }
  state.counters["value"] = ratio;
  state.counters["rows_per_s"] = rate;
}

BENCHMARK(TrainVsNative)->Name("train.vs_native")->Iterations(3)->UseRealTime();
BENCHMARK(ReasonsVsNative)->Name("reasons.vs_native")->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace signet::pipelines
