#include "pipelines/models/train_model.h"

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "pipelines/models/code_blocks.h"
#include "pipelines/models/learner.h"

namespace signet::pipelines {
namespace {

TreeMethod MethodOf(const TrainOptions& options) {
  const bool forest = options.method == "forest";
  switch (options.model) {
    case ModelKind::kChurn:
    case ModelKind::kPropensity:
      return forest ? TreeMethod::kForestClass : TreeMethod::kLogistic;
    case ModelKind::kClv:
      if (forest) return TreeMethod::kForestValue;
      return options.method == "two_part" ? TreeMethod::kTwoPart : TreeMethod::kTweedie;
    case ModelKind::kSurvival:
      break;
  }
  return TreeMethod::kSurvival;
}

/// What decides a subject's draws in a forest's bootstrap.
std::vector<uint64_t> KeysOf(const std::vector<SubjectId>& subjects) {
  std::vector<uint64_t> keys;
  keys.reserve(subjects.size());
  for (const SubjectId& subject : subjects) {
    uint64_t key = 0;
    std::memcpy(&key, subject.value.data() + 8, sizeof(key));
    keys.push_back(key);
  }
  return keys;
}

/// The first rows with an amount: what the second part of two-part models is learnt from.
Result<CodeMatrix> PaidHead(const LabelledRows& rows) {
  std::vector<size_t> paid;
  for (size_t row = 0; row < rows.size() && paid.size() < kPopulationRowsMax; ++row) {
    if (rows.labels[row] > 0) paid.push_back(row);
  }
  if (paid.empty()) return CodeMatrix{rows.columns, {}};
  return HeadOf(rows.codes, paid, paid.size());
}

Result<LearnOptions> LearnOptionsOf(const TrainOptions& options, const FeatureEncoder& encoder) {
  LearnOptions learn;
  learn.method = MethodOf(options);
  learn.params = options.params;
  learn.search = options.search;
  learn.calibration = options.calibration;
  learn.balance = options.balance;
  learn.refit = false;
  if (!options.monotone.empty()) learn.params.monotone.assign(encoder.size(), 0);
  for (const auto& [name, direction] : options.monotone) {
    const size_t c = encoder.IndexOf(name);
    if (c == encoder.size()) {
      return Invalid("train: monotone names '" + name + "', from which nothing is learnt");
    }
    learn.params.monotone[c] = direction;
  }
  return learn;
}

}  // namespace

Result<Trained> TrainModel(const TrainingSet& set,
                           const TrainOptions& options,
                           const StageContext& context) {
  const LabelledRows& rows = set.learning;
  const std::vector<uint64_t> keys = KeysOf(rows.subjects);
  ASSIGN_OR_RETURN(const LearnOptions learn, LearnOptionsOf(options, set.encoder));
  ASSIGN_OR_RETURN(
      Learnt learnt,
      Learn(CodedRows{set.cuts, rows.codes, {{}, rows.labels, rows.happened, keys, rows.fold, 1}},
            learn,
            context.seed,
            context.progress));
  ASSIGN_OR_RETURN(ReasonWords words, ReasonWords::Learn(rows.codes, options.min_leaf));
  if (options.min_leaf > 0) {
    ASSIGN_OR_RETURN(const CodeMatrix codes, HeadOf(rows.codes, {}, kPopulationRowsMax));
    ASSIGN_OR_RETURN(const CodeMatrix paid, PaidHead(rows));
    TRY(learnt.model.ExplainGroupsOnly(codes, paid, options.min_leaf).status());
  }
  return Trained{{options.model, set.encoder, std::move(learnt.model), std::move(words)},
                 learnt.params,
                 learnt.validation_loss,
                 std::move(learnt.search),
                 std::move(learnt.calibration)};
}

}  // namespace signet::pipelines
