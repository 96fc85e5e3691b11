/// Items that the same customers take: item-item recommendations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/math/interaction_matrix.h"

namespace signet::pipelines {

struct ItemSimilarityOptions {
  size_t neighbours = 100;  ///< kept per item
  double shrink = 2;        ///< added to the denominator: little evidence weighs little
  /// Of a customer with more items only those taken most often tell: cost is their square.
  size_t items_per_customer = 500;
  int threads = 1;
};

/// Cosine similarity of items over customers, cells weighing ln(1 + count):
/// s_ij = sum w_ui w_uj / (|w_i| |w_j| + shrink). Independent of threads. Memory: 8 bytes a
/// neighbour, and 4 bytes an item and thread.
/// Source: Sarwar et al., WWW 2001; shrinkage after Bell and Koren, KDD 2007.
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
  /// took, weighted; an item of theirs is as similar to itself as 1.
  void Score(std::span<const Interaction> row, std::span<float> scores) const;

 private:
  std::vector<size_t> starts_;
  std::vector<Neighbour> neighbours_;
};

}  // namespace signet::pipelines
