#include "pipelines/models/recommend_evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/intervals.h"

namespace signet::pipelines {
namespace {

constexpr double kConfidence = 0.95;
constexpr size_t kKinds = std::size(kCandidates);

/// What one customer took after the cut, of one kind of candidates.
struct Relevant {
  std::vector<uint32_t> items;  ///< ascending
  size_t unknown = 0;
  [[nodiscard]] size_t count() const { return items.size() + unknown; }
};

Relevant RelevantOf(const RecommendData& data,
                    size_t customer,
                    Candidates candidates,
                    float rare_count) {
  Relevant relevant;
  if (candidates != Candidates::kRare) relevant.unknown = data.after_unknown[customer];
  const std::span<const Interaction> row = data.before.Row(customer);
  size_t next = 0;
  for (const uint32_t item : data.after[customer]) {
    while (next < row.size() && row[next].item < item) ++next;
    const bool taken = next < row.size() && row[next].item == item;
    const bool fits = candidates == Candidates::kAll ||
                      (candidates == Candidates::kNew && !taken) ||
                      (candidates == Candidates::kRare && taken && row[next].count <= rare_count);
    if (fits) relevant.items.push_back(item);
  }
  return relevant;
}

/// One customer's figures under one method and kind.
struct Judged {
  bool counted = false;
  double hit = 0, recall = 0, precision = 0, ndcg = 0;
  std::vector<uint32_t> shown;
};

Judged Judge(const std::vector<Recommended>& list, const Relevant& relevant, size_t top) {
  Judged judged;
  judged.counted = true;
  double hits = 0;
  double gain = 0;
  double ideal = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    judged.shown.push_back(list[i].item);
    if (!std::binary_search(relevant.items.begin(), relevant.items.end(), list[i].item)) continue;
    ++hits;
    gain += 1 / std::log2(static_cast<double>(i) + 2);
  }
  for (size_t i = 0; i < std::min(top, relevant.count()); ++i) {
    ideal += 1 / std::log2(static_cast<double>(i) + 2);
  }
  judged.hit = hits > 0 ? 1 : 0;
  judged.recall = hits / static_cast<double>(relevant.count());
  judged.precision = hits / static_cast<double>(top);
  judged.ndcg = gain / ideal;
  return judged;
}

using PerKind = std::array<Judged, kKinds>;

/// The customers who are judged: known before, active after; evenly spread if too many.
std::vector<size_t> JudgedCustomers(const RecommendData& data, size_t customers_max) {
  std::vector<size_t> all;
  for (size_t c = 0; c < data.after.size(); ++c) {
    if (!data.after[c].empty() || data.after_unknown[c] > 0) all.push_back(c);
  }
  if (all.size() <= customers_max) return all;
  std::vector<size_t> some;
  for (size_t i = 0; i < customers_max; ++i) some.push_back(all[i * all.size() / customers_max]);
  return some;
}

std::vector<PerKind> JudgeAll(const RecommendData& data,
                              const Recommender& recommender,
                              const std::vector<size_t>& customers,
                              const RecommendOptions& options) {
  std::vector<PerKind> judged(customers.size());
  ForEachBlock(customers.size(), options.threads, [&](size_t first, size_t last) {
    std::vector<float> scores;
    for (size_t i = first; i < last; ++i) {
      recommender.Score(customers[i], scores);
      for (size_t kind = 0; kind < kKinds; ++kind) {
        const Relevant relevant =
            RelevantOf(data, customers[i], kCandidates[kind], options.rare_count);
        if (relevant.count() == 0) continue;
        judged[i][kind] =
            Judge(recommender.Top(customers[i], kCandidates[kind], scores), relevant, options.top);
      }
    }
  });
  return judged;
}

Json FiguresOf(const std::vector<PerKind>& judged,
               const std::vector<PerKind>& popularity,
               size_t kind,
               size_t items) {
  std::vector<double> hit;
  std::vector<double> recall;
  std::vector<double> precision;
  std::vector<double> ndcg;
  std::vector<double> gain;
  std::vector<bool> shown(items, false);
  for (size_t i = 0; i < judged.size(); ++i) {
    const Judged& one = judged[i][kind];
    if (!one.counted) continue;
    hit.push_back(one.hit);
    recall.push_back(one.recall);
    precision.push_back(one.precision);
    ndcg.push_back(one.ndcg);
    gain.push_back(one.recall - popularity[i][kind].recall);
    for (const uint32_t item : one.shown) shown[item] = true;
  }
  const auto different = static_cast<double>(std::count(shown.begin(), shown.end(), true));
  return Json::Of({{"customers", hit.size()},
                   {"hit_rate", MeanEstimate(hit, kConfidence).ToJson()},
                   {"recall", MeanEstimate(recall, kConfidence).ToJson()},
                   {"precision", MeanEstimate(precision, kConfidence).ToJson()},
                   {"ndcg", MeanEstimate(ndcg, kConfidence).ToJson()},
                   {"coverage", Rounded(different / static_cast<double>(items))},
                   {"recall_over_popularity", MeanEstimate(gain, kConfidence).ToJson()}});
}

}  // namespace

Result<Json> EvaluateRecommendations(const RecommendData& data,
                                     const std::vector<RecommendMethod>& methods,
                                     const RecommendOptions& options,
                                     size_t customers_max) {
  const std::vector<size_t> customers = JudgedCustomers(data, customers_max);
  if (customers.empty()) {
    return Invalid("nobody known before the cut took anything after it: nothing to judge by")
        .WithRemedy("choose an earlier --cut or a longer --horizon");
  }
  const auto judge = [&](RecommendMethod method) {
    return JudgeAll(data, *Recommender::Fit(method, data, options), customers, options);
  };
  const std::vector<PerKind> popularity = judge(RecommendMethod::kPopularity);
  Json results{Json::Object()};
  for (const RecommendMethod method : methods) {
    const std::vector<PerKind> judged =
        method == RecommendMethod::kPopularity ? popularity : judge(method);
    for (size_t kind = 0; kind < kKinds; ++kind) {
      const bool any = std::any_of(
          judged.begin(), judged.end(), [&](const PerKind& one) { return one[kind].counted; });
      // Nobody took such an item after the cut: there is nothing to tell.
      if (!any) continue;
      results.Field(CandidatesName(kCandidates[kind]))
          .Set(RecommendMethodName(method), FiguresOf(judged, popularity, kind, data.items.size()));
    }
  }
  return Json::Of({{"customers_judged", customers.size()},
                   {"top", options.top},
                   {"rare_count", static_cast<double>(options.rare_count)},
                   {"results", std::move(results)}});
}

}  // namespace signet::pipelines
