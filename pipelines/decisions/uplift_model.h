/// Uplift learners on boosted trees: what a treatment changes, per customer.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/math/logistic.h"
#include "pipelines/models/bin_codes.h"
#include "pipelines/models/booster.h"

namespace signet::pipelines {

enum class UpliftLearner {
  kSingle,  ///< one model with the treatment as a column: f(x, 1) - f(x, 0)
  kTwo,     ///< a model per arm
  kX,       ///< X-learner (Kuenzel, Sekhon, Bickel and Yu, PNAS 2019)
  kClass,   ///< class transformation (Jaskowski and Jaroszewicz 2012), weighted to equal shares;
            ///< outcomes that are not 0/1: transformed outcome (Athey and Imbens 2016)
};
/// "s", "t", "x", "class". kInvalid otherwise.
Result<UpliftLearner> UpliftLearnerFromName(std::string_view name);

struct UpliftOptions {
  UpliftLearner learner = UpliftLearner::kTwo;
  BoosterOptions booster;  ///< small trees: the defaults of the constructor
  uint64_t seed = 1;

  UpliftOptions();
};

/// Rows to learn from. Outcomes are 0/1 throughout, or amounts.
struct UpliftTraining {
  RowMatrix rows;
  std::span<const uint8_t> treated;
  std::span<const double> outcome;
};

/// Independent of row order: equal multisets of rows give equal predictions.
class UpliftModel {
 public:
  /// kInvalid for fewer than 50 rows in an arm, or an outcome that never varies.
  static Result<UpliftModel> Train(const UpliftOptions& options, const UpliftTraining& training);
  /// One uplift per row: change of probability, or of the amount. Always finite.
  [[nodiscard]] Result<std::vector<double>> Predict(const RowMatrix& rows, int threads) const;

  [[nodiscard]] Bytes Save() const;
  /// kCorrupt unless it is what Save gave.
  static Result<UpliftModel> Load(ByteView bytes);
  [[nodiscard]] double treated_share() const { return treated_share_; }

 private:
  struct Part {
    Loss loss = Loss::kLogistic;
    Booster booster;
  };
  UpliftModel() = default;
  Status TrainPart(const UpliftOptions& options,
                   Loss loss,
                   const CodeMatrix& codes,
                   std::span<const float> values,
                   std::span<const float> weights,
                   std::span<const size_t> rows);
  [[nodiscard]] Result<std::vector<double>> PredictPart(size_t part,
                                                        const CodeMatrix& codes,
                                                        int threads) const;
  Status TrainX(const UpliftOptions& options, const UpliftTraining& t, const CodeMatrix& codes);
  Status TrainClass(const UpliftOptions& options, const UpliftTraining& t, const CodeMatrix& codes);

  UpliftLearner learner_ = UpliftLearner::kTwo;
  bool binary_ = true;
  double treated_share_ = 0.5;
  CutList cuts_;
  std::vector<Part> parts_;
};

}  // namespace signet::pipelines
