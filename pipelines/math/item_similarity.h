/// Items that the same customers take: item-item recommendations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/math/interaction_matrix.h"

namespace signet::pipelines {

/// What "similar" means.
enum class ItemLikeness {
  /// (n_ij + shrink p_j) / (n_i + shrink): the share of i's n_i customers who took j too, drawn
  /// towards j's share p_j of all customers where i has few. Keeps what popularity tells.
  kConditional,
  /// sum w_ui w_uj / (|w_i| |w_j| + shrink), cells weighing ln(1 + count). Forgets popularity.
  kCosine,
};

struct ItemSimilarityOptions {
  ItemLikeness likeness = ItemLikeness::kConditional;
  size_t neighbours = 200;  ///< kept per item
  double shrink = 20;       ///< customers' worth of doubt: little evidence weighs little
  /// Of a customer with more items only those taken most often tell: cost is their square.
  size_t items_per_customer = 500;
  int threads = 1;
};

/// How likely, given one item, another is. Independent of threads. Memory: 8 bytes a neighbour, and
/// 4 bytes an item and thread.
/// Sources: Sarwar et al., WWW 2001 (cosine); Deshpande and Karypis, ACM TOIS 22 (2004)
/// (conditional probability).
class ItemSimilarity {
 public:
  struct Neighbour {
    uint32_t item = 0;
    float similarity = 0;
  };

  static ItemSimilarity Of(const InteractionMatrix& matrix, const ItemSimilarityOptions& options);

  [[nodiscard]] size_t items() const { return starts_.size() - 1; }
  /// Most similar first (ties: lower item); the item itself is not among them.
  [[nodiscard]] std::span<const Neighbour> Neighbours(size_t item) const {
    return {neighbours_.data() + starts_[item], starts_[item + 1] - starts_[item]};
  }
  /// Writes each item's score for a customer with this `row`: the sum of similarities to what they
  /// took, weighted by ln(1 + count); an item of theirs is as similar to itself as 1.
  void Score(std::span<const Interaction> row, std::span<float> scores) const;

 private:
  std::vector<size_t> starts_;
  std::vector<Neighbour> neighbours_;
  std::vector<float> popularity_;  ///< p_j; empty for kCosine
  std::vector<float> doubt_;       ///< shrink / (n_i + shrink)
};

}  // namespace signet::pipelines
