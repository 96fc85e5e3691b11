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

namespace signet::pipelines {
namespace {

constexpr const char* kMargins = R"({"type": 1, "training": false, "iteration_begin": 0, )"
                                 R"("iteration_end": 0, "strict_shape": false})";
constexpr const char* kTrainingMargins = R"({"type": 1, "training": true, "iteration_begin": 0, )"
                                         R"("iteration_end": 0, "strict_shape": false})";
constexpr double kNodeColumns = 0.3;  ///< least share of columns that a forest's node may use

/// XGBoost's messages may name files and values: we say which call failed, and no more.
Status Checked(int code, const char* what) {
  return code == 0 ? OkStatus() : Internal(std::string("XGBoost could not ") + what);
}

/// Codes as one DMatrix; XGBoost's own bins are then one per code.
class Matrix {
 public:
  Matrix() = default;
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() {
    if (handle_ != nullptr) XGDMatrixFree(handle_);
    if (proxy_ != nullptr) XGDMatrixFree(proxy_);
  }

  /// For training: holds a byte a cell.
  Status Quantise(const CodeMatrix& rows, int threads) {
    array_ = ArrayOf(rows);
    TRY(Checked(XGProxyDMatrixCreate(&proxy_), "take the rows"));
    const std::string config =
        "{\"missing\": 255, \"nthread\": " + std::to_string(threads) + ", \"max_bin\": 256}";
    return Checked(
        XGQuantileDMatrixCreateFromCallback(
            this, proxy_, nullptr, &Matrix::Rewind, &Matrix::Next, config.c_str(), &handle_),
        "take the rows");
  }
  /// For prediction.
  Status Fill(const CodeMatrix& rows, int threads) {
    const std::string config = "{\"missing\": 255, \"nthread\": " + std::to_string(threads) + "}";
    return Checked(XGDMatrixCreateFromDense(ArrayOf(rows).c_str(), config.c_str(), &handle_),
                   "take the rows");
  }
  [[nodiscard]] DMatrixHandle get() const { return handle_; }

 private:
  static std::string ArrayOf(const CodeMatrix& rows) {
    return Json::Of(
               {{"data", Json::List({Json(reinterpret_cast<uintptr_t>(rows.codes.data())), true})},
                {"shape", Json::List({rows.rows(), rows.columns})},
                {"typestr", "|u1"},
                {"version", 3}})
        .Dump();
  }
  static void Rewind(DataIterHandle self) { static_cast<Matrix*>(self)->given_ = false; }
  /// One batch; called by XGBoost, on our thread.
  static int Next(DataIterHandle self) {
    auto* matrix = static_cast<Matrix*>(self);
    if (matrix->given_) return 0;
    matrix->given_ = XGProxyDMatrixSetDataDense(matrix->proxy_, matrix->array_.c_str()) == 0;
    return matrix->given_ ? 1 : 0;
  }

  DMatrixHandle handle_ = nullptr;
  DMatrixHandle proxy_ = nullptr;
  std::string array_;
  bool given_ = false;
};

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

/// The library's own log lines go nowhere: they may quote values.
void Silence() {
  static const bool kOnce = [] {
    XGBRegisterLogCallback([](const char* /*line*/) {});
    return true;
  }();
  static_cast<void>(kOnce);
}

std::vector<int32_t> Integers(const Json& list) {
  std::vector<int32_t> values;
  for (const Json& item : list.items()) {
    values.push_back(item.is_bool() ? item.AsBool() : static_cast<int32_t>(item.AsInt()));
  }
  return values;
}

std::vector<float> Floats(const Json& list) {
  std::vector<float> values;
  for (const Json& item : list.items()) values.push_back(static_cast<float>(item.AsDouble()));
  return values;
}

Result<Tree> TreeOf(const Json& json) {
  Tree tree;
  tree.left = Integers(json["left_children"]);
  tree.right = Integers(json["right_children"]);
  tree.feature = Integers(json["split_indices"]);
  tree.threshold = Floats(json["split_conditions"]);
  tree.cover = Floats(json["sum_hessian"]);
  for (const int32_t way : Integers(json["default_left"])) {
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

  Status Create(const Matrix& rows, const Parameters& parameters) {
    DMatrixHandle cached = rows.get();
    TRY(Checked(XGBoosterCreate(&cached, 1, &booster), "start"));
    for (const auto& [name, value] : parameters) {
      TRY(Checked(XGBoosterSetParam(booster, name.c_str(), value.c_str()), "set a parameter"));
    }
    return OkStatus();
  }

  /// The margins of all rounds so far; kept between rounds, so that each costs one tree.
  Result<std::span<const float>> MarginsOf(const Matrix& rows, bool training) const {
    const char* config = training ? kTrainingMargins : kMargins;
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    TRY(Checked(
        XGBoosterPredictFromDMatrix(booster, rows.get(), config, &shape, &dimensions, &result),
        "predict"));
    if (dimensions != 1) return Internal("XGBoost gave another shape");
    return std::span<const float>(result, shape[0]);
  }

  Status Grow(const Matrix& rows, Gradients& gradients) const {
    return Checked(XGBoosterBoostOneIter(booster,
                                         rows.get(),
                                         gradients.first.data(),
                                         gradients.second.data(),
                                         gradients.first.size()),
                   "train");
  }

  /// Rows with what is to be learnt of them.
  struct Lesson {
    const Matrix& rows;
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
  CHECK(train.rows.rows() == train.targets.size() && train.targets.size() > 0);
  Silence();
  Matrix rows;
  Matrix held;
  TRY(rows.Quantise(train.rows, options.threads));
  const bool validated = validation.targets.size() > 0;
  if (validated) TRY(held.Fill(validation.rows, options.threads));
  auto handle = std::make_unique<Handle>();
  TRY(handle->Create(rows, ParametersOf(loss, options, seed, BaseScore(loss, train.targets))));
  const Handle::Lesson lesson{rows, train.targets};
  const Handle::Lesson exam{held, validation.targets};
  ASSIGN_OR_RETURN(const int keep,
                   handle->Boost(loss, options, lesson, validated ? &exam : nullptr, progress));
  auto best = std::make_unique<Handle>();
  TRY(Checked(XGBoosterSlice(handle->booster, 0, keep, 1, &best->booster), "keep the best rounds"));
  Booster booster(std::move(best));
  booster.rounds_ = keep;
  return booster;
}

Result<Booster> Booster::TrainForest(const BoosterOptions& options,
                                     uint64_t seed,
                                     const Fold& train,
                                     std::span<const uint64_t> keys,
                                     const std::function<void(double)>& progress) {
  CHECK(train.rows.rows() == train.targets.size() && train.targets.size() > 0);
  CHECK(keys.size() == train.targets.size());
  Silence();
  Matrix rows;
  TRY(rows.Quantise(train.rows, options.threads));
  const double base = BaseScore(Loss::kSquared, train.targets);
  BoosterOptions settings = options;
  settings.learning_rate = 1.0 / options.rounds_max;
  Parameters parameters = ParametersOf(Loss::kSquared, settings, seed, base);
  const auto columns = static_cast<double>(train.rows.columns);
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
  TRY(Checked(XGBoosterSlice(handle->booster, 0, options.rounds_max, 1, &whole->booster),
              "finish"));
  Booster booster(std::move(whole));
  booster.rounds_ = options.rounds_max;
  return booster;
}

Result<Booster> Booster::Load(ByteView ubj) {
  Silence();
  auto handle = std::make_unique<Handle>();
  TRY(Checked(XGBoosterCreate(nullptr, 0, &handle->booster), "start"));
  if (XGBoosterLoadModelFromBuffer(handle->booster, ubj.data(), ubj.size()) != 0) {
    return Corrupt("the model's trees cannot be read");
  }
  int rounds = 0;
  TRY(Checked(XGBoosterBoostedRounds(handle->booster, &rounds), "count its rounds"));
  Booster booster(std::move(handle));
  booster.rounds_ = rounds;
  return booster;
}

Result<std::vector<float>> Booster::Margins(const CodeMatrix& rows, int threads) const {
  if (rows.rows() == 0) return std::vector<float>();
  Matrix matrix;
  TRY(matrix.Fill(rows, threads));
  TRY(Checked(XGBoosterSetParam(handle_->booster, "nthread", std::to_string(threads).c_str()),
              "set a parameter"));
  ASSIGN_OR_RETURN(const std::span<const float> margins, handle_->MarginsOf(matrix, false));
  if (margins.size() != rows.rows()) return Internal("XGBoost gave another shape");
  return std::vector<float>(margins.begin(), margins.end());
}

Result<std::vector<float>> Booster::Contributions(const CodeMatrix& rows) const {
  Matrix matrix;
  TRY(matrix.Fill(rows, 1));
  const char* config = R"({"type": 2, "training": false, "iteration_begin": 0, )"
                       R"("iteration_end": 0, "strict_shape": false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* result = nullptr;
  TRY(Checked(XGBoosterPredictFromDMatrix(
                  handle_->booster, matrix.get(), config, &shape, &dimensions, &result),
              "explain"));
  return std::vector<float>(result, result + rows.rows() * (rows.columns + 1));
}

Result<Bytes> Booster::Save() const {
  bst_ulong length = 0;
  const char* data = nullptr;
  TRY(Checked(XGBoosterSaveModelToBuffer(handle_->booster, R"({"format": "ubj"})", &length, &data),
              "save"));
  return ToBytes(std::string_view(data, length));
}

Result<std::vector<Tree>> Booster::Trees() const {
  bst_ulong length = 0;
  const char* data = nullptr;
  TRY(Checked(XGBoosterSaveModelToBuffer(handle_->booster, R"({"format": "json"})", &length, &data),
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
