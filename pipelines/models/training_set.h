/// What a model learns from: features at a cut-off, labels after it, and who is held out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/models/code_rows.h"
#include "pipelines/models/feature_encoder.h"
#include "pipelines/models/label_window.h"
#include "pipelines/models/row_spool.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {

/// Some of the people by rising subject. All of them as codes; as they were, the first ones.
struct LabelledRows : Labels {
  std::vector<SubjectId> subjects;
  std::vector<int> fold;  ///< -1 trains, 0 validates
  CodeStore codes;        ///< by TrainingSet::cuts
  size_t columns = 0;
  std::vector<float> head;  ///< the first kHeadRowsMax rows; subjects are random: a sample

  [[nodiscard]] RowMatrix Head(size_t rows_max) const;
};

inline constexpr size_t kHeadRowsMax = 50'000;

/// Memory: 4 + 1 bytes a cell, or, with TrainOptions::external_memory, some 50 bytes a person and
/// 1 MiB a column; the cells then rest sealed on the disk.
struct TrainingSet {
  FeatureEncoder encoder;
  LabelWindow window;
  CutList cuts;  ///< of the rows learnt from
  LabelledRows learning, holdout;
  RowSpool spool;             ///< of everybody
  std::vector<uint8_t> held;  ///< of everybody by rising subject: in `holdout`

  [[nodiscard]] size_t size() const { return learning.size() + holdout.size(); }
  /// The rows held out, as they were, some at a time.
  Status ForEachHeld(const std::function<Status(const FeatureMatrix&)>& visit) const;
  /// Some columns of the rows learnt from or held out, missing as 0.
  [[nodiscard]] Result<std::vector<std::vector<double>>> Columns(
      bool held_out, const std::vector<size_t>& columns) const;
};

/// Reads and joins; the fold of a subject is a salted hash of it, so that it does not depend on who
/// else is there, or its place by `fold_time`. kInvalid as RunTrain says.
Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context);

/// A number in [0, 1) from a subject and a seed (SplitMix64's finaliser over both halves).
double FoldOf(const SubjectId& subject, uint64_t seed);

}  // namespace signet::pipelines
