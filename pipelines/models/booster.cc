#include "pipelines/models/booster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <xgboost/c_api.h>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/models/booster_matrix.h"
#include "pipelines/models/code_blocks.h"

namespace signet::pipelines {
namespace {

constexpr const char* kMargins = R"({"type": 1, "training": false, "iteration_begin": 0, )"
                                 R"("iteration_end": 0, "strict_shape": false})";
constexpr const char* kTrainingMargins = R"({"type": 1, "training": true, "iteration_begin": 0, )"
                                         R"("iteration_end": 0, "strict_shape": false})";
constexpr const char* kContributions = R"({"type": 2, "training": false, "iteration_begin": 0, )"
                                       R"("iteration_end": 0, "strict_shape": false})";
constexpr double kNodeColumns = 0.3;  ///< least share of columns that a forest's node may use

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters ParametersOf(Loss loss, const BoosterOptions& o, uint64_t seed, double base) {
  const auto number = [](double value) { return Json(value).Dump(); };
  Parameters parameters = {{"objective", std::string(ObjectiveName(loss))},
                           {"base_score", number(base)},
                           {"tree_method", "hist"},
                           {"max_depth", std::to_string(o.max_depth)},
                           {"eta", number(o.learning_rate)},
                           {"min_child_weight", number(o.min_child_weight)},
                           {"lambda", number(o.lambda)},
                           {"gamma", number(o.gamma)},
                           {"colsample_bytree", number(o.column_share)},
                           {"max_bin", "256"},
                           {"nthread", std::to_string(o.threads)},
                           {"seed", std::to_string(seed % 2147483647ULL)},
                           {"disable_default_eval_metric", "1"},
                           {"verbosity", "0"}};
  if (loss == Loss::kTweedie) parameters.emplace_back("tweedie_variance_power", "1.5");
  if (!o.monotone.empty()) {
    std::string list;
    for (const int direction : o.monotone) {
      list += (list.empty() ? "(" : ",") + std::to_string(direction);
    }
    parameters.emplace_back("monotone_constraints", list + ")");
  }
  return parameters;
}

/// How often a row is drawn: Poisson(1), by its key and the tree.
float DrawsOf(uint64_t key, uint64_t tree_seed) {
  uint64_t z = key ^ tree_seed;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  z ^= z >> 31U;
  const double u = static_cast<double>(z >> 11U) * 0x1p-53;
  double term = 0.36787944117144233;  // exp(-1)
  double sum = term;
  int draws = 0;
  while (u >= sum && draws < 12) {
    ++draws;
    term /= draws;
    sum += term;
  }
  return static_cast<float>(draws);
}

template <typename Number>
std::vector<Number> Numbers(const Json& list) {
  std::vector<Number> values;
  for (const Json& item : list.items()) {
    values.push_back(static_cast<Number>(item.is_bool() ? item.AsBool() : item.AsDouble()));
  }
  return values;
}

Result<Tree> TreeOf(const Json& json) {
  Tree tree;
  tree.left = Numbers<int32_t>(json["left_children"]);
  tree.right = Numbers<int32_t>(json["right_children"]);
  tree.feature = Numbers<int32_t>(json["split_indices"]);
  tree.threshold = Numbers<float>(json["split_conditions"]);
  tree.cover = Numbers<float>(json["sum_hessian"]);
  for (const int32_t way : Numbers<int32_t>(json["default_left"])) {
    tree.default_left.push_back(way != 0 ? 1 : 0);
  }
  const size_t n = tree.left.size();
  const bool whole = n > 0 && tree.right.size() == n && tree.feature.size() == n &&
                     tree.threshold.size() == n && tree.cover.size() == n &&
                     tree.default_left.size() == n;
  if (!whole) return Corrupt("a tree of the model is incomplete");
  for (size_t i = 0; i < n; ++i) {
    const auto inside = [&](int32_t child) {
      return child > static_cast<int32_t>(i) && child < static_cast<int32_t>(n);
    };
    if (tree.left[i] >= 0 && (!inside(tree.left[i]) || !inside(tree.right[i]))) {
      return Corrupt("a tree of the model is not a tree");
    }
  }
  return tree;
}

}  // namespace

struct Booster::Handle {
  BoosterHandle booster = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (booster != nullptr) XGBoosterFree(booster);
  }

  Status Create(const BoosterMatrix& rows, const Parameters& parameters) {
    DMatrixHandle cached = rows.get();
    TRY(CheckedCall(XGBoosterCreate(&cached, 1, &booster), "start"));
    for (const auto& [name, value] : parameters) {
      TRY(CheckedCall(XGBoosterSetParam(booster, name.c_str(), value.c_str()), "set a parameter"));
    }
    return OkStatus();
  }

  /// What `config` asks of all rows, row after row.
  Result<std::span<const float>> Predict(const BoosterMatrix& rows, const char* config) const {
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    TRY(rows.Checked(
        XGBoosterPredictFromDMatrix(booster, rows.get(), config, &shape, &dimensions, &result),
        "predict"));
    size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
    return std::span<const float>(result, count);
  }
  /// The margins of all rounds so far; kept between rounds, so that each costs one tree.
  Result<std::span<const float>> MarginsOf(const BoosterMatrix& rows, bool training) const {
    return Predict(rows, training ? kTrainingMargins : kMargins);
  }

  Status Grow(const BoosterMatrix& rows, Gradients& gradients) const {
    return rows.Checked(XGBoosterBoostOneIter(booster,
                                              rows.get(),
                                              gradients.first.data(),
                                              gradients.second.data(),
                                              gradients.first.size()),
                        "train");
  }

  /// Rows with what is to be learnt of them.
  struct Lesson {
    const BoosterMatrix& rows;
    const Targets& targets;
  };

  /// Boosts until the loss on `held` (null: all rounds) stalls; returns the number of rounds to
  /// keep.
  Result<int> Boost(Loss loss,
                    const BoosterOptions& options,
                    const Lesson& train,
                    const Lesson* held,
                    const std::function<void(double)>& progress) const {
    double best = std::numeric_limits<double>::infinity();
    int keep = 0;
    Gradients gradients;
    for (int round = 0; round < options.rounds_max; ++round) {
      ASSIGN_OR_RETURN(const std::span<const float> margins,
                       MarginsOf(train.rows, /*training=*/true));
      gradients.Fill(loss, train.targets, margins, options.threads);
      TRY(Grow(train.rows, gradients));
      if (progress) progress(static_cast<double>(round + 1) / options.rounds_max);
      if (held == nullptr) {
        keep = round + 1;
        continue;
      }
      ASSIGN_OR_RETURN(const std::span<const float> seen,
                       MarginsOf(held->rows, /*training=*/false));
      const double mean = MeanLoss(loss, held->targets, seen);
      if (mean < best) {
        best = mean;
        keep = round + 1;
      } else if (round + 1 - keep >= options.early_stopping_rounds) {
        break;
      }
    }
    return std::max(keep, 1);
  }
};

Booster::Booster(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Booster::Booster(Booster&&) noexcept = default;
Booster& Booster::operator=(Booster&&) noexcept = default;
Booster::~Booster() = default;

Result<Booster> Booster::Train(Loss loss,
                               const BoosterOptions& options,
                               uint64_t seed,
                               const Fold& train,
                               const Fold& validation,
                               const std::function<void(double)>& progress) {
  CodeBlocks blocks(train.rows, train.positions);
  CHECK(blocks.size() == train.targets.size() && train.targets.size() > 0);
  BoosterMatrix rows;
  BoosterMatrix held;
  TRY(rows.Take(blocks, options.threads, nullptr));
  const bool validated = validation.targets.size() > 0;
  CodeBlocks held_blocks(validation.rows, validation.positions);
  if (validated) TRY(held.Take(held_blocks, options.threads, &rows));
  auto handle = std::make_unique<Handle>();
  TRY(handle->Create(rows, ParametersOf(loss, options, seed, BaseScore(loss, train.targets))));
  const Handle::Lesson lesson{rows, train.targets};
  const Handle::Lesson exam{held, validation.targets};
  ASSIGN_OR_RETURN(const int keep,
                   handle->Boost(loss, options, lesson, validated ? &exam : nullptr, progress));
  auto best = std::make_unique<Handle>();
  TRY(CheckedCall(XGBoosterSlice(handle->booster, 0, keep, 1, &best->booster),
                  "keep the best rounds"));
  Booster booster(std::move(best));
  booster.rounds_ = keep;
  return booster;
}

Result<Booster> Booster::TrainForest(const BoosterOptions& options,
                                     uint64_t seed,
                                     const Fold& train,
                                     std::span<const uint64_t> keys,
                                     const std::function<void(double)>& progress) {
  CodeBlocks blocks(train.rows, train.positions);
  CHECK(blocks.size() == train.targets.size() && train.targets.size() > 0);
  CHECK(keys.size() == train.targets.size());
  BoosterMatrix rows;
  TRY(rows.Take(blocks, options.threads, nullptr));
  const double base = BaseScore(Loss::kSquared, train.targets);
  BoosterOptions settings = options;
  settings.learning_rate = 1.0 / options.rounds_max;
  Parameters parameters = ParametersOf(Loss::kSquared, settings, seed, base);
  const auto columns = static_cast<double>(train.rows.columns());
  parameters.emplace_back("colsample_bynode",
                          Json(std::max(std::sqrt(columns) / columns, kNodeColumns)).Dump());
  auto handle = std::make_unique<Handle>();
  TRY(handle->Create(rows, parameters));
  const std::vector<float> margins(keys.size(), static_cast<float>(base));
  std::vector<float> draws(keys.size());
  Gradients gradients;
  for (int round = 0; round < options.rounds_max; ++round) {
    const uint64_t tree_seed = (seed + static_cast<uint64_t>(round) + 1) * 0x9E3779B97F4A7C15ULL;
    for (size_t i = 0; i < draws.size(); ++i) draws[i] = DrawsOf(keys[i], tree_seed);
    gradients.Fill(Loss::kSquared, train.targets, margins, options.threads);
    gradients.Reweigh(draws);
    TRY(handle->Grow(rows, gradients));
    if (progress) progress(static_cast<double>(round + 1) / options.rounds_max);
  }
  // A slice of everything leaves the training's caches behind.
  auto whole = std::make_unique<Handle>();
  TRY(CheckedCall(XGBoosterSlice(handle->booster, 0, options.rounds_max, 1, &whole->booster),
                  "finish"));
  Booster booster(std::move(whole));
  booster.rounds_ = options.rounds_max;
  return booster;
}

Result<Booster> Booster::Load(ByteView ubj) {
  SilenceXgboost();
  auto handle = std::make_unique<Handle>();
  TRY(CheckedCall(XGBoosterCreate(nullptr, 0, &handle->booster), "start"));
  if (XGBoosterLoadModelFromBuffer(handle->booster, ubj.data(), ubj.size()) != 0) {
    return Corrupt("the model's trees cannot be read");
  }
  int rounds = 0;
  TRY(CheckedCall(XGBoosterBoostedRounds(handle->booster, &rounds), "count its rounds"));
  Booster booster(std::move(handle));
  booster.rounds_ = rounds;
  return booster;
}

Result<std::vector<float>> Booster::Margins(CodeRows rows,
                                            int threads,
                                            std::span<const size_t> positions) const {
  TRY(CheckedCall(XGBoosterSetParam(handle_->booster, "nthread", std::to_string(threads).c_str()),
                  "set a parameter"));
  std::vector<float> all;
  CodeBlocks blocks(rows, positions);
  all.reserve(blocks.size());
  for (std::string block = blocks.NextArray(); !block.empty(); block = blocks.NextArray()) {
    BoosterMatrix matrix;
    TRY(matrix.Fill(block, threads));
    ASSIGN_OR_RETURN(const std::span<const float> margins, handle_->MarginsOf(matrix, false));
    all.insert(all.end(), margins.begin(), margins.end());
  }
  TRY(blocks.status());
  if (all.size() != blocks.size()) return Internal("XGBoost gave another shape");
  return all;
}

Result<std::vector<float>> Booster::Contributions(const CodeMatrix& rows) const {
  std::vector<float> all;
  CodeBlocks blocks(rows, {});
  for (std::string block = blocks.NextArray(); !block.empty(); block = blocks.NextArray()) {
    BoosterMatrix matrix;
    TRY(matrix.Fill(block, 1));
    ASSIGN_OR_RETURN(const std::span<const float> parts, handle_->Predict(matrix, kContributions));
    all.insert(all.end(), parts.begin(), parts.end());
  }
  return all;
}

Result<Bytes> Booster::Save() const {
  bst_ulong length = 0;
  const char* data = nullptr;
  TRY(CheckedCall(
      XGBoosterSaveModelToBuffer(handle_->booster, R"({"format": "ubj"})", &length, &data),
      "save"));
  return ToBytes(std::string_view(data, length));
}

Result<std::vector<Tree>> Booster::Trees() const {
  bst_ulong length = 0;
  const char* data = nullptr;
  TRY(CheckedCall(
      XGBoosterSaveModelToBuffer(handle_->booster, R"({"format": "json"})", &length, &data),
      "save"));
  ASSIGN_OR_RETURN(const Json json, Json::Parse(std::string_view(data, length)));
  std::vector<Tree> trees;
  for (const Json& item : json["learner"]["gradient_booster"]["model"]["trees"].items()) {
    ASSIGN_OR_RETURN(Tree tree, TreeOf(item));
    trees.push_back(std::move(tree));
  }
  return trees;
}

}  // namespace signet::pipelines
