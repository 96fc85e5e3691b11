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
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

/// XGBoost's messages may name files and values: we say which call failed, and no more.
Status Checked(int code, const char* what) {
  return code == 0 ? OkStatus() : Internal(std::string("XGBoost could not ") + what);
}

class Matrix {
 public:
  Matrix() = default;
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() {
    if (handle_ != nullptr) XGDMatrixFree(handle_);
  }

  Status Fill(const FeatureMatrix& rows, int threads) {
    const Json array = Json::Of(
        {{"data", Json::List({Json(reinterpret_cast<uintptr_t>(rows.cells.data())), true})},
         {"shape", Json::List({rows.rows(), rows.columns})},
         {"typestr", "<f4"},
         {"version", 3}});
    const std::string config = "{\"missing\": NaN, \"nthread\": " + std::to_string(threads) + "}";
    return Checked(XGDMatrixCreateFromDense(array.Dump().c_str(), config.c_str(), &handle_),
                   "take the rows");
  }
  Status SetLabels(std::span<const float> labels) {
    return Checked(XGDMatrixSetFloatInfo(handle_, "label", labels.data(), labels.size()),
                   "take the labels");
  }
  [[nodiscard]] DMatrixHandle get() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters ParametersOf(Objective objective, const BoosterOptions& o, uint64_t seed, double mean) {
  const bool logistic = objective == Objective::kLogistic;
  const double base = logistic ? std::clamp(mean, 1e-6, 1 - 1e-6) : std::max(mean, 1e-6);
  const auto number = [](double value) { return Json(value).Dump(); };
  return {{"objective", logistic ? "binary:logistic" : "reg:tweedie"},
          {"eval_metric", logistic ? "logloss" : "tweedie-nloglik@1.5"},
          {"tweedie_variance_power", "1.5"},
          {"base_score", number(base)},
          {"tree_method", "hist"},
          {"max_depth", std::to_string(o.max_depth)},
          {"eta", number(o.learning_rate)},
          {"min_child_weight", number(o.min_child_weight)},
          {"lambda", number(o.lambda)},
          {"gamma", number(o.gamma)},
          {"max_bin", std::to_string(o.max_bin)},
          {"nthread", std::to_string(o.threads)},
          {"seed", std::to_string(seed % 2147483647ULL)},
          {"verbosity", "0"}};
}

/// The number after the last colon of "[3]\tvalid-logloss:0.412".
Result<double> MetricOf(const char* text) {
  const std::string_view line(text);
  const size_t colon = line.rfind(':');
  if (colon == std::string_view::npos) return Internal("XGBoost gave no validation figure");
  return DoubleFromText(Trim(line.substr(colon + 1)));
}

/// The library's own log lines go nowhere: they may quote values.
void Silence() {
  static const bool once = [] {
    XGBRegisterLogCallback([](const char* /*line*/) {});
    return true;
  }();
  static_cast<void>(once);
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

  /// Boosts until the validation metric stalls; returns the number of rounds to keep.
  Result<int> Boost(const BoosterOptions& options,
                    const Matrix& train,
                    const Matrix* validation,
                    const std::function<void(double)>& progress) {
    double best = std::numeric_limits<double>::infinity();
    int keep = 0;
    for (int round = 0; round < options.rounds_max; ++round) {
      TRY(Checked(XGBoosterUpdateOneIter(booster, round, train.get()), "train"));
      if (progress) progress(static_cast<double>(round + 1) / options.rounds_max);
      if (validation == nullptr) {
        keep = round + 1;
        continue;
      }
      DMatrixHandle fold = validation->get();
      const char* name = "valid";
      const char* text = nullptr;
      TRY(Checked(XGBoosterEvalOneIter(booster, round, &fold, &name, 1, &text), "validate"));
      ASSIGN_OR_RETURN(const double metric, MetricOf(text));
      if (metric < best) {
        best = metric;
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

Result<Booster> Booster::Train(Objective objective,
                               const BoosterOptions& options,
                               uint64_t seed,
                               const Fold& train,
                               const Fold& validation,
                               const std::function<void(double)>& progress) {
  CHECK(train.rows.rows() == train.labels.size() && !train.labels.empty());
  Silence();
  Matrix rows;
  Matrix held;
  TRY(rows.Fill(train.rows, options.threads));
  TRY(rows.SetLabels(train.labels));
  const bool validated = !validation.labels.empty();
  if (validated) {
    TRY(held.Fill(validation.rows, options.threads));
    TRY(held.SetLabels(validation.labels));
  }
  auto handle = std::make_unique<Handle>();
  DMatrixHandle cached = rows.get();
  TRY(Checked(XGBoosterCreate(&cached, 1, &handle->booster), "start"));
  ExactSum sum;
  for (const float label : train.labels) sum.Add(static_cast<double>(label));
  const double mean = sum.Value() / static_cast<double>(train.labels.size());
  for (const auto& [name, value] : ParametersOf(objective, options, seed, mean)) {
    TRY(Checked(XGBoosterSetParam(handle->booster, name.c_str(), value.c_str()),
                "set a parameter"));
  }
  ASSIGN_OR_RETURN(const int keep,
                   handle->Boost(options, rows, validated ? &held : nullptr, progress));
  auto best = std::make_unique<Handle>();
  TRY(Checked(XGBoosterSlice(handle->booster, 0, keep, 1, &best->booster), "keep the best rounds"));
  Booster booster(std::move(best));
  booster.rounds_ = keep;
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

Result<std::vector<double>> Booster::Predict(const FeatureMatrix& rows, int threads) const {
  if (rows.rows() == 0) return std::vector<double>();
  Matrix matrix;
  TRY(matrix.Fill(rows, threads));
  TRY(Checked(XGBoosterSetParam(handle_->booster, "nthread", std::to_string(threads).c_str()),
              "set a parameter"));
  const char* config =
      R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* result = nullptr;
  TRY(Checked(XGBoosterPredictFromDMatrix(
                  handle_->booster, matrix.get(), config, &shape, &dimensions, &result),
              "predict"));
  if (dimensions != 1 || shape[0] != rows.rows()) return Internal("XGBoost gave another shape");
  return std::vector<double>(result, result + rows.rows());
}

Result<std::vector<float>> Booster::Contributions(const FeatureMatrix& rows) const {
  Matrix matrix;
  TRY(matrix.Fill(rows, 1));
  const char* config =
      R"({"type": 2, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
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
