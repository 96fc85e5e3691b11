/// What a model learns from: features at a cut-off, labels after it, split into three folds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

struct LabelledRows {
  FeatureMatrix rows;
  std::vector<float> labels;      ///< churn: 1 = did not buy; value: money, >= 0
  std::vector<size_t> positions;  ///< in the whole set

  [[nodiscard]] size_t size() const { return labels.size(); }
  /// labels as 0 / 1.
  [[nodiscard]] std::vector<uint8_t> Classes() const;
  [[nodiscard]] std::vector<double> Values() const;
};

struct TrainingSet {
  FeatureEncoder encoder;
  Timestamp cutoff;  ///< of the features
  Timestamp label_from, label_to;
  LabelledRows train, validation, holdout;

  [[nodiscard]] size_t size() const { return train.size() + validation.size() + holdout.size(); }
};

/// Reads and joins; the fold of a subject is a salted hash of it, so that it does not depend on who
/// else is there. kInvalid as RunTrain says.
Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context);

/// A number in [0, 1) from a subject and a seed (SplitMix64's finaliser over both halves).
double FoldOf(const SubjectId& subject, uint64_t seed);

}  // namespace signet::pipelines
