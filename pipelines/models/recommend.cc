#include "pipelines/models/recommend.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

/// Own items are worth 2 to 3, in order of `key`; others what `base` says (0 to 1).
template <typename Key>
void OwnFirst(std::span<const Interaction> row, const Key& key, std::vector<float>& scores) {
  std::vector<Interaction> order(row.begin(), row.end());
  std::stable_sort(order.begin(), order.end(), [&](const Interaction& a, const Interaction& b) {
    return key(a) < key(b);
  });
  const auto count = static_cast<float>(order.size());
  float rank = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    // Equal keys get equal scores: popularity then decides.
    if (i > 0 && key(order[i - 1]) != key(order[i])) rank = static_cast<float>(i);
    scores[order[i].item] = 2 + rank / count;
  }
}

}  // namespace

std::string_view RecommendMethodName(RecommendMethod method) {
  switch (method) {
    case RecommendMethod::kPopularity:
      return "popularity";
    case RecommendMethod::kRecentPopularity:
      return "recent_popularity";
    case RecommendMethod::kOwnFrequency:
      return "own_frequency";
    case RecommendMethod::kOwnRecency:
      return "own_recency";
    case RecommendMethod::kItemItem:
      return "item_item";
    case RecommendMethod::kFactors:
      return "als";
  }
  CHECK(false);
}

Result<RecommendMethod> RecommendMethodFromName(std::string_view name) {
  std::vector<std::string> names;
  for (const RecommendMethod method : kRecommendMethods) {
    if (RecommendMethodName(method) == name) return method;
    names.emplace_back(RecommendMethodName(method));
  }
  return Invalid("there is no method '" + std::string(name) + "' (" + Join(names, ", ") + ")");
}

std::string_view CandidatesName(Candidates candidates) {
  switch (candidates) {
    case Candidates::kAll:
      return "all";
    case Candidates::kNew:
      return "new";
    case Candidates::kRare:
      return "rare";
  }
  CHECK(false);
}

Result<Candidates> CandidatesFromName(std::string_view name) {
  for (const Candidates candidates : kCandidates) {
    if (CandidatesName(candidates) == name) return candidates;
  }
  return Invalid("candidates are all, new or rare, not '" + std::string(name) + "'");
}

std::unique_ptr<Recommender> Recommender::Fit(RecommendMethod method,
                                              const RecommendData& data,
                                              const RecommendOptions& options) {
  auto fitted = std::unique_ptr<Recommender>(new Recommender(method, data, options));
  const size_t items = data.items.size();
  // Items are numbered by popularity.
  fitted->base_.resize(items);
  for (size_t i = 0; i < items; ++i) {
    fitted->base_[i] = method == RecommendMethod::kRecentPopularity
                           ? static_cast<float>(data.recent[i])
                           : static_cast<float>(items - i) / static_cast<float>(items);
  }
  if (method == RecommendMethod::kItemItem) {
    ItemSimilarityOptions similarity = options.similarity;
    similarity.threads = options.threads;
    fitted->similarity_ =
        std::make_unique<ItemSimilarity>(ItemSimilarity::Of(data.before, similarity));
  }
  if (method == RecommendMethod::kFactors) {
    ImplicitFactorsOptions factors = options.factors;
    factors.threads = options.threads;
    fitted->factors_ =
        std::make_unique<ImplicitFactors>(ImplicitFactors::Fit(data.before, factors));
  }
  return fitted;
}

void Recommender::Score(size_t customer, std::vector<float>& scores) const {
  scores = base_;
  const std::span<const Interaction> row = data_.before.Row(customer);
  switch (method_) {
    case RecommendMethod::kPopularity:
    case RecommendMethod::kRecentPopularity:
      return;
    case RecommendMethod::kOwnFrequency:
      OwnFirst(
          row, [](const Interaction& cell) { return cell.count; }, scores);
      return;
    case RecommendMethod::kOwnRecency:
      OwnFirst(
          row, [](const Interaction& cell) { return cell.last; }, scores);
      return;
    case RecommendMethod::kItemItem:
      similarity_->Score(row, scores);
      return;
    case RecommendMethod::kFactors:
      factors_->Score(customer, scores);
      return;
  }
}

std::vector<Recommended> Recommender::Top(size_t customer,
                                          Candidates candidates,
                                          const std::vector<float>& scores) const {
  const std::span<const Interaction> row = data_.before.Row(customer);
  std::vector<Recommended> list;
  if (candidates == Candidates::kRare) {
    for (const Interaction& cell : row) {
      if (cell.count <= options_.rare_count) list.push_back({cell.item, scores[cell.item]});
    }
  } else {
    list.reserve(scores.size());
    size_t next = 0;  // in the row, which is sorted by item
    for (uint32_t item = 0; item < scores.size(); ++item) {
      while (next < row.size() && row[next].item < item) ++next;
      const bool taken = next < row.size() && row[next].item == item;
      if (!taken || candidates == Candidates::kAll) list.push_back({item, scores[item]});
    }
  }
  const auto kept = static_cast<std::ptrdiff_t>(std::min(options_.top, list.size()));
  std::partial_sort(list.begin(),
                    list.begin() + kept,
                    list.end(),
                    [](const Recommended& a, const Recommended& b) {
                      return a.score != b.score ? a.score > b.score : a.item < b.item;
                    });
  list.resize(static_cast<size_t>(kept));
  return list;
}

std::vector<Recommended> Recommender::Recommend(size_t customer,
                                                Candidates candidates,
                                                std::vector<float>& scores) const {
  Score(customer, scores);
  return Top(customer, candidates, scores);
}

}  // namespace signet::pipelines
