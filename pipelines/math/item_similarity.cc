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

Weighted WeightsOf(const InteractionMatrix& matrix, ItemLikeness likeness) {
  Weighted weighted{{0}, {}};
  weighted.cells.reserve(matrix.cells());
  for (size_t row = 0; row < matrix.customers(); ++row) {
    for (const Interaction& cell : matrix.Row(row)) {
      const float weight = likeness == ItemLikeness::kCosine ? InteractionMatrix::Weight(cell.count)
                                                             : (cell.count > 0 ? 1.0F : 0.0F);
      weighted.cells.emplace_back(cell.item, weight);
    }
    weighted.starts.push_back(weighted.cells.size());
  }
  return weighted;
}

/// Per item the sum of squared weights: for kConditional its customers.
std::vector<double> SquaresOf(const Weighted& customers, size_t items) {
  std::vector<double> squares(items, 0);
  for (const auto& [item, weight] : customers.cells) {
    squares[item] += static_cast<double>(weight) * static_cast<double>(weight);
  }
  return squares;
}

/// One thread's scratch: an item's products with all others.
class Products {
 public:
  explicit Products(size_t items) : sums_(items, 0) {}

  /// Calls `take(item, sum of products)` for each item that shares a customer with `i`.
  template <typename Take>
  void ForEach(const Weighted& customers, const Weighted& items, size_t i, const Take& take) {
    touched_.clear();
    for (size_t u = items.starts[i]; u < items.starts[i + 1]; ++u) {
      const auto& [customer, weight] = items.cells[u];
      for (size_t c = customers.starts[customer]; c < customers.starts[customer + 1]; ++c) {
        const auto& [item, other] = customers.cells[c];
        if (sums_[item] == 0) touched_.push_back(item);
        sums_[item] += weight * other;
      }
    }
    for (const uint32_t item : touched_) {
      if (item != i) take(item, static_cast<double>(sums_[item]));
      sums_[item] = 0;
    }
  }

 private:
  std::vector<float> sums_;
  std::vector<uint32_t> touched_;
};

}  // namespace

ItemSimilarity ItemSimilarity::Of(const InteractionMatrix& matrix,
                                  const ItemSimilarityOptions& options) {
  const InteractionMatrix trimmed = matrix.Trimmed(options.items_per_customer);
  const Weighted customers = WeightsOf(trimmed, options.likeness);
  const Weighted items = WeightsOf(trimmed.Transposed(), options.likeness);
  const size_t count = matrix.items();
  const std::vector<double> squares = SquaresOf(customers, count);
  const bool cosine = options.likeness == ItemLikeness::kCosine;
  std::vector<std::vector<Neighbour>> found(count);
  ForEachBlock(count, options.threads, [&](size_t first, size_t last) {
    Products products(count);
    std::vector<Neighbour> all;
    for (size_t i = first; i < last; ++i) {
      all.clear();
      products.ForEach(customers, items, i, [&](uint32_t item, double sum) {
        const double below = cosine ? std::sqrt(squares[i] * squares[item]) : squares[i];
        all.push_back({item, static_cast<float>(sum / (below + options.shrink))});
      });
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
  if (cosine) return similarity;
  for (const double square : squares) {
    similarity.popularity_.push_back(
        static_cast<float>(square / static_cast<double>(matrix.customers())));
    similarity.doubt_.push_back(static_cast<float>(options.shrink / (square + options.shrink)));
  }
  return similarity;
}

void ItemSimilarity::Score(std::span<const Interaction> row, std::span<float> scores) const {
  CHECK(scores.size() == items());
  float doubt = 0;
  if (!doubt_.empty()) {
    for (const Interaction& cell : row) {
      doubt += InteractionMatrix::Weight(cell.count) * doubt_[cell.item];
    }
  }
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = popularity_.empty() ? 0.0F : doubt * popularity_[i];
  }
  for (const Interaction& cell : row) {
    const float weight = InteractionMatrix::Weight(cell.count);
    scores[cell.item] += weight;
    for (const Neighbour& neighbour : Neighbours(cell.item)) {
      scores[neighbour.item] += weight * neighbour.similarity;
    }
  }
}

}  // namespace signet::pipelines
