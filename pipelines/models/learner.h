/// Learns a TreeModel: rounds by early stopping, settings by a small search, calibration, refit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/tree_model.h"

namespace signet::pipelines {

/// What to learn from; the spans must outlive the call.
struct LearningRows {
  RowMatrix rows;                     ///< NaN = missing
  std::span<const float> targets;     ///< class, amount or time (> 0)
  std::span<const uint8_t> happened;  ///< survival: 0 = censored at its time; empty: none is
  std::span<const uint64_t> keys;     ///< forests: what decides a row's bootstrap draws
  /// Validation fold of each row, 0 to folds - 1; -1: always trains. With one fold, a time-based
  /// one for instance, that fold alone stops and calibrates.
  std::span<const int> fold;
  int folds = 1;
};

struct LearnOptions {
  TreeMethod method = TreeMethod::kLogistic;
  BoosterOptions params;
  int search = 0;                    ///< settings tried beside `params`, at most 6
  std::string calibration = "auto";  ///< none | platt | isotonic | auto (what helps on validation)
  bool balance = false;              ///< both classes weigh the same; implies calibration
  bool refit = true;                 ///< learn once more from all rows with the rounds found
};

struct Learnt {
  TreeModel model;
  BoosterOptions params;  ///< as chosen; rounds_max: the rounds kept
  double validation_loss = 0;
  Json search;              ///< a list of {settings, loss, rounds}
  std::string calibration;  ///< as chosen
};

/// The same of rows that are coded by `cuts` already, wherever they rest; it ignores `rows.rows`.
struct CodedRows {
  CutList cuts;
  CodeRows codes;
  LearningRows rows;
};

/// Deterministic: the model is a function of the rows as a multiset, the options but threads, and
/// `seed`. Every validation fold and its complement must hold both outcomes; kInvalid otherwise.
Result<Learnt> Learn(const LearningRows& rows,
                     const LearnOptions& options,
                     uint64_t seed,
                     const std::function<void(double)>& progress);
Result<Learnt> Learn(const CodedRows& coded,
                     const LearnOptions& options,
                     uint64_t seed,
                     const std::function<void(double)>& progress);

}  // namespace signet::pipelines
