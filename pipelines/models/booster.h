/// Gradient-boosted trees over bin codes: the only door to XGBoost.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/models/code_rows.h"
#include "pipelines/models/loss.h"

namespace signet::pipelines {

struct BoosterOptions {
  int rounds_max = 400;
  int early_stopping_rounds = 25;
  int max_depth = 5;
  double learning_rate = 0.06;
  double min_child_weight = 20;
  double lambda = 1;
  double gamma = 0;
  double column_share = 1;      ///< of columns that each tree may use
  int max_bin = 255;            ///< bins per column: at most 255
  int threads = 1;              ///< no part of the result's identity
  std::vector<int> monotone{};  ///< per column -1, 0 or 1; empty: none
};

/// One tree as arrays over its nodes; node 0 is the root. A row goes left when its code is below
/// the threshold; a missing one goes the default way. Leaves have left = -1.
struct Tree {
  std::vector<int32_t> left, right, feature;
  std::vector<float> threshold;  ///< of a leaf: its value, on the margin's scale
  std::vector<uint8_t> default_left;
  std::vector<float> cover;  ///< sum of Hessians of the training rows
};

/// A model's bytes are a function of the multiset of (codes, target, weight), the options but
/// `threads`, and the seed: row order, partitions and threads leave no trace.
class Booster {
 public:
  Booster(Booster&&) noexcept;
  Booster& operator=(Booster&&) noexcept;
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster();

  /// Rows with what is to be learnt of them. XGBoost gets them batch by batch: those in memory it
  /// keeps in memory (a quantile matrix, a byte a cell), those on a disk on the disk, sealed too
  /// (an external-memory matrix); the model is the same. Folds of one matrix name their rows in
  /// place of copies.
  struct Fold {
    CodeRows rows;
    Targets targets;                         ///< one a row, or one a position
    std::span<const size_t> positions = {};  ///< empty: all rows
  };
  /// Boosts until the validation fold has not improved for `early_stopping_rounds` and keeps the
  /// best rounds; without validation rows all rounds are kept. kInternal if XGBoost refuses;
  /// kCorrupt or kUnavailable if the disk fails.
  static Result<Booster> Train(Loss loss,
                               const BoosterOptions& options,
                               uint64_t seed,
                               const Fold& train,
                               const Fold& validation,
                               const std::function<void(double)>& progress);
  /// Random forest: `rounds_max` trees, each grown on a Poisson(1) bootstrap of the rows and a
  /// random third of the columns at each node, averaged. `keys` (one per row) decide a row's draws.
  /// Loss kSquared: a class's margin is then its probability.
  static Result<Booster> TrainForest(const BoosterOptions& options,
                                     uint64_t seed,
                                     const Fold& train,
                                     std::span<const uint64_t> keys,
                                     const std::function<void(double)>& progress);
  /// kCorrupt unless it is what Save gave.
  static Result<Booster> Load(ByteView ubj);

  /// One margin per row, or per position; LinkOf makes predictions of them.
  [[nodiscard]] Result<std::vector<float>> Margins(CodeRows rows,
                                                   int threads,
                                                   std::span<const size_t> positions = {}) const;
  /// n x (columns + 1) contributions to the margin by XGBoost itself, the last the bias: slow; the
  /// oracle for tree_reasons.
  [[nodiscard]] Result<std::vector<float>> Contributions(const CodeMatrix& rows) const;
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
