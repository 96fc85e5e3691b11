#include "pipelines/math/item_similarity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using Neighbour = ItemSimilarity::Neighbour;

bool MoreSimilar(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
}

/// Cells with their weights in the place of counts.
struct Weighted {
  std::vector<size_t> starts;
  std::vector<std::pair<uint32_t, float>> cells;
};

Weighted WeightsOf(const InteractionMatrix& matrix) {
  Weighted weighted{{0}, {}};
  weighted.cells.reserve(matrix.cells());
  for (size_t row = 0; row < matrix.customers(); ++row) {
    for (const Interaction& cell : matrix.Row(row)) {
      weighted.cells.emplace_back(cell.item, InteractionMatrix::Weight(cell.count));
    }
    weighted.starts.push_back(weighted.cells.size());
  }
  return weighted;
}

}  // namespace

ItemSimilarity ItemSimilarity::Of(const InteractionMatrix& matrix,
                                  const ItemSimilarityOptions& options) {
  const InteractionMatrix trimmed = matrix.Trimmed(options.items_per_customer);
  const Weighted customers = WeightsOf(trimmed);
  const Weighted items = WeightsOf(trimmed.Transposed());
  const size_t count = matrix.items();
  std::vector<double> norms(count, 0);
  for (const auto& [item, weight] : customers.cells) {
    norms[item] += static_cast<double>(weight) * static_cast<double>(weight);
  }
  for (double& norm : norms) norm = std::sqrt(norm);
  std::vector<std::vector<Neighbour>> found(count);
  ForEachBlock(count, options.threads, [&](size_t first, size_t last) {
    thread_local std::vector<float> sums;
    std::vector<uint32_t> touched;
    std::vector<Neighbour> all;
    sums.assign(count, 0);
    for (size_t i = first; i < last; ++i) {
      touched.clear();
      for (size_t u = items.starts[i]; u < items.starts[i + 1]; ++u) {
        const auto [customer, weight] = items.cells[u];
        for (size_t c = customers.starts[customer]; c < customers.starts[customer + 1]; ++c) {
          const auto [item, other] = customers.cells[c];
          if (sums[item] == 0) touched.push_back(item);
          sums[item] += weight * other;
        }
      }
      all.clear();
      for (const uint32_t item : touched) {
        if (item != i) {
          const double similarity =
              static_cast<double>(sums[item]) / (norms[i] * norms[item] + options.shrink);
          all.push_back({item, static_cast<float>(similarity)});
        }
        sums[item] = 0;
      }
      const auto kept = static_cast<std::ptrdiff_t>(std::min(options.neighbours, all.size()));
      std::partial_sort(all.begin(), all.begin() + kept, all.end(), MoreSimilar);
      found[i].assign(all.begin(), all.begin() + kept);
    }
  });
  ItemSimilarity similarity;
  similarity.starts_.push_back(0);
  for (const std::vector<Neighbour>& neighbours : found) {
    similarity.neighbours_.insert(
        similarity.neighbours_.end(), neighbours.begin(), neighbours.end());
    similarity.starts_.push_back(similarity.neighbours_.size());
  }
  return similarity;
}

void ItemSimilarity::Score(std::span<const Interaction> row, std::span<float> scores) const {
  CHECK(scores.size() == items());
  std::fill(scores.begin(), scores.end(), 0.0F);
  for (const Interaction& cell : row) {
    const float weight = InteractionMatrix::Weight(cell.count);
    scores[cell.item] += weight;
    for (const Neighbour& neighbour : Neighbours(cell.item)) {
      scores[neighbour.item] += weight * neighbour.similarity;
    }
  }
}

}  // namespace signet::pipelines
