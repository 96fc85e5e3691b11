/// What a model learns from: features at a cut-off, labels after it, and who is held out.
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
  std::vector<float> labels;      ///< class (1: the event named by the model), money, or days
  std::vector<uint8_t> happened;  ///< survival: 0 = censored; else empty
  std::vector<int> fold;          ///< -1 trains, 0 validates

  [[nodiscard]] size_t size() const { return labels.size(); }
  /// labels as 0 / 1.
  [[nodiscard]] std::vector<uint8_t> Classes() const;
  [[nodiscard]] std::vector<double> Values() const;
};

struct TrainingSet {
  FeatureEncoder encoder;
  Timestamp cutoff;  ///< of the features
  Timestamp label_from, label_to;
  LabelledRows learning, holdout;

  [[nodiscard]] size_t size() const { return learning.size() + holdout.size(); }
};

/// Reads and joins; the fold of a subject is a salted hash of it, so that it does not depend on who
/// else is there, or its place by `fold_time`. kInvalid as RunTrain says.
Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context);

/// All eligible people of `options.features` with their labels, encoded as `encoder` has it: who
/// judges a model that was learnt elsewhere. Folds stay empty. kInvalid as RunTrain says.
Result<LabelledRows> ReadJudgedRows(query::Connection& connection,
                                    const TrainOptions& options,
                                    const FeatureEncoder& encoder,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context);

/// The one cut-off that all rows of an input of features carry; kInvalid for none or several.
Result<Timestamp> FeaturesCutoff(query::Connection& connection, const std::string& input);

/// A number in [0, 1) from a subject and a seed (SplitMix64's finaliser over both halves).
double FoldOf(const SubjectId& subject, uint64_t seed);

}  // namespace signet::pipelines
