/// Gradient-boosted trees: the only door to XGBoost.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

enum class Objective {
  kLogistic,  ///< probability of label 1
  kTweedie,   ///< mean of a non-negative value with many zeros (variance power 1.5, log link)
};

/// One tree as arrays over its nodes; node 0 is the root. A row goes left when its value is below
/// the threshold; a missing one goes the default way. Leaves have left = -1.
struct Tree {
  std::vector<int32_t> left, right, feature;
  std::vector<float> threshold;  ///< of a leaf: its value, on the margin's scale
  std::vector<uint8_t> default_left;
  std::vector<float> cover;  ///< sum of Hessians of the training rows
};

class Booster {
 public:
  Booster(Booster&&) noexcept;
  Booster& operator=(Booster&&) noexcept;
  ~Booster();

  struct Fold {
    const FeatureMatrix& rows;
    std::span<const float> labels;
  };
  /// Trains on one thread count and seed; stops when the validation fold has not improved for
  /// `early_stopping_rounds`, and keeps the best rounds. Without validation rows all rounds are
  /// kept.
  static Result<Booster> Train(Objective objective,
                               const BoosterOptions& options,
                               uint64_t seed,
                               const Fold& train,
                               const Fold& validation,
                               const std::function<void(double)>& progress);
  /// kCorrupt unless it is what Save gave.
  static Result<Booster> Load(ByteView ubj);

  /// One prediction per row: a probability, or a mean.
  [[nodiscard]] Result<std::vector<double>> Predict(const FeatureMatrix& rows, int threads) const;
  /// n x (columns + 1) contributions to the margin by XGBoost itself, the last the bias: slow; the
  /// oracle for tree_reasons.
  [[nodiscard]] Result<std::vector<float>> Contributions(const FeatureMatrix& rows) const;
  /// XGBoost's UBJSON: equal training gives equal bytes.
  [[nodiscard]] Result<Bytes> Save() const;
  [[nodiscard]] Result<std::vector<Tree>> Trees() const;
  [[nodiscard]] int rounds() const { return rounds_; }

 private:
  struct Handle;
  explicit Booster(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
  int rounds_ = 0;
};

}  // namespace signet::pipelines
