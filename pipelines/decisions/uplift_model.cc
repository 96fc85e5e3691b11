#include "pipelines/decisions/uplift_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/json.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr size_t kArmRowsMin = 50;
constexpr double kValidationShare = 0.2;
constexpr const char* kFormat = "signet-uplift-1";

std::string_view LearnerName(UpliftLearner learner) {
  switch (learner) {
    case UpliftLearner::kSingle:
      return "s";
    case UpliftLearner::kTwo:
      return "t";
    case UpliftLearner::kX:
      return "x";
    case UpliftLearner::kClass:
      break;
  }
  return "class";
}

/// SplitMix64's finaliser: who validates depends on the row's place in the canonical order.
double Share(uint64_t number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ number >> 27) * 0x94D049BB133111EBULL;
  return static_cast<double>((number ^ number >> 31) >> 11) * 0x1p-53;
}

/// Positions of rows by their content: codes, then arm, then outcome.
std::vector<size_t> CanonicalOrder(const CodeMatrix& codes, const UpliftTraining& t) {
  std::vector<size_t> order(t.treated.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto begin = [&](size_t row) {
      return codes.codes.begin() + static_cast<std::ptrdiff_t>(row * codes.columns);
    };
    const auto width = static_cast<std::ptrdiff_t>(codes.columns);
    const auto [left, right] = std::mismatch(begin(a), begin(a) + width, begin(b));
    if (left != begin(a) + width) return *left < *right;
    if (t.treated[a] != t.treated[b]) return t.treated[a] < t.treated[b];
    return t.outcome[a] < t.outcome[b];
  });
  return order;
}

/// The codes with the arm as one more column.
CodeMatrix WithArm(const CodeMatrix& codes, const std::vector<uint8_t>& arm) {
  CodeMatrix wide;
  wide.columns = codes.columns + 1;
  wide.codes.reserve(arm.size() * wide.columns);
  for (size_t row = 0; row < arm.size(); ++row) {
    const auto begin = codes.codes.begin() + static_cast<std::ptrdiff_t>(row * codes.columns);
    wide.codes.insert(wide.codes.end(), begin, begin + static_cast<std::ptrdiff_t>(codes.columns));
    wide.codes.push_back(arm[row]);
  }
  return wide;
}

std::vector<float> Floats(std::span<const double> values) {
  std::vector<float> floats(values.size());
  for (size_t i = 0; i < values.size(); ++i) floats[i] = static_cast<float>(values[i]);
  return floats;
}

std::vector<size_t> RowsOf(std::span<const size_t> order,
                           std::span<const uint8_t> treated,
                           uint8_t arm) {
  std::vector<size_t> rows;
  for (const size_t row : order) {
    if (treated[row] == arm) rows.push_back(row);
  }
  return rows;
}

Status Check(const UpliftTraining& t) {
  size_t treated = 0;
  bool varies = false;
  for (size_t i = 0; i < t.treated.size(); ++i) {
    treated += t.treated[i];
    varies = varies || t.outcome[i] != t.outcome[0];
    if (!(std::fabs(t.outcome[i]) < 1e30)) return Invalid("an outcome is missing or infinite");
  }
  if (treated < kArmRowsMin || t.treated.size() - treated < kArmRowsMin) {
    return Invalid("an uplift model needs at least 50 training rows in each arm");
  }
  if (!varies) return Invalid("the outcome never varies: there is nothing to learn");
  return OkStatus();
}

}  // namespace

Result<UpliftLearner> UpliftLearnerFromName(std::string_view name) {
  for (const UpliftLearner learner :
       {UpliftLearner::kSingle, UpliftLearner::kTwo, UpliftLearner::kX, UpliftLearner::kClass}) {
    if (LearnerName(learner) == name) return learner;
  }
  return Invalid("no uplift learner is called '" + std::string(name) + "'")
      .WithRemedy("choose s, t, x or class");
}

UpliftOptions::UpliftOptions() {
  booster.rounds_max = 300;
  booster.early_stopping_rounds = 20;
  booster.max_depth = 4;
  booster.learning_rate = 0.05;
  booster.min_child_weight = 10;
  booster.lambda = 5;
}

Status UpliftModel::TrainPart(const UpliftOptions& options,
                              Loss loss,
                              const CodeMatrix& codes,
                              std::span<const float> values,
                              std::span<const float> weights,
                              std::span<const size_t> rows) {
  struct Side {
    std::vector<size_t> rows;
    std::vector<float> values, weights;
    [[nodiscard]] Targets targets() const {
      Targets targets;
      targets.values = values;
      targets.weights = weights;
      return targets;
    }
  };
  Side train;
  Side valid;
  for (size_t place = 0; place < rows.size(); ++place) {
    Side& side =
        Share(options.seed * 0x632BE59BD9B4E019ULL + place) < kValidationShare ? valid : train;
    side.rows.push_back(rows[place]);
    side.values.push_back(values[rows[place]]);
    if (!weights.empty()) side.weights.push_back(weights[rows[place]]);
  }
  ASSIGN_OR_RETURN(Booster booster,
                   Booster::Train(loss,
                                  options.booster,
                                  options.seed,
                                  {codes, train.targets(), train.rows},
                                  {codes, valid.targets(), valid.rows},
                                  {}));
  parts_.push_back({loss, std::move(booster)});
  return OkStatus();
}

Result<std::vector<double>> UpliftModel::PredictPart(size_t part,
                                                     const CodeMatrix& codes,
                                                     int threads) const {
  ASSIGN_OR_RETURN(const std::vector<float> margins, parts_[part].booster.Margins(codes, threads));
  std::vector<double> predictions(margins.size());
  for (size_t i = 0; i < margins.size(); ++i) {
    predictions[i] = LinkOf(parts_[part].loss, static_cast<double>(margins[i]));
  }
  return predictions;
}

// Stage one is the two-model learner (parts 0: control, 1: treated); stage two imputes each row's
// effect with the other arm's model and learns it (parts 2: from control rows, 3: from treated).
Status UpliftModel::TrainX(const UpliftOptions& options,
                           const UpliftTraining& t,
                           const CodeMatrix& codes) {
  const std::vector<size_t> order = CanonicalOrder(codes, t);
  std::vector<float> effect(t.outcome.size());
  for (const uint8_t arm : {uint8_t{0}, uint8_t{1}}) {
    ASSIGN_OR_RETURN(const std::vector<double> other,
                     PredictPart(arm == 0 ? 1 : 0, codes, options.booster.threads));
    for (size_t i = 0; i < effect.size(); ++i) {
      const double gap = t.outcome[i] - other[i];
      effect[i] = static_cast<float>(arm == 0 ? -gap : gap);
    }
    TRY(TrainPart(options, Loss::kSquared, codes, effect, {}, RowsOf(order, t.treated, arm)));
  }
  return OkStatus();
}

Status UpliftModel::TrainClass(const UpliftOptions& options,
                               const UpliftTraining& t,
                               const CodeMatrix& codes) {
  const double p = treated_share_;
  std::vector<float> target(t.outcome.size());
  std::vector<float> weights;
  for (size_t i = 0; i < target.size(); ++i) {
    const bool treated = t.treated[i] != 0;
    if (binary_) {
      target[i] = (t.outcome[i] != 0) == treated ? 1.0F : 0.0F;
      weights.push_back(static_cast<float>(0.5 / (treated ? p : 1 - p)));
    } else {
      target[i] = static_cast<float>(treated ? t.outcome[i] / p : -t.outcome[i] / (1 - p));
    }
  }
  const std::vector<size_t> order = CanonicalOrder(codes, t);
  return TrainPart(
      options, binary_ ? Loss::kLogistic : Loss::kSquared, codes, target, weights, order);
}

Result<UpliftModel> UpliftModel::Train(const UpliftOptions& options, const UpliftTraining& t) {
  CHECK(t.rows.rows() == t.treated.size() && t.treated.size() == t.outcome.size());
  TRY(Check(t));
  UpliftModel model;
  model.learner_ = options.learner;
  double treated = 0;
  for (size_t i = 0; i < t.treated.size(); ++i) {
    treated += t.treated[i];
    model.binary_ = model.binary_ && (t.outcome[i] == 0 || t.outcome[i] == 1);
  }
  model.treated_share_ = treated / static_cast<double>(t.treated.size());
  model.cuts_ = CutList::Of(t.rows, options.booster.max_bin, options.booster.threads);
  const CodeMatrix codes = model.cuts_.Encode(t.rows, options.booster.threads);
  const Loss loss = model.binary_ ? Loss::kLogistic : Loss::kSquared;
  if (options.learner == UpliftLearner::kClass) {
    TRY(model.TrainClass(options, t, codes));
    return model;
  }
  const std::vector<float> outcome = Floats(t.outcome);
  const std::vector<size_t> order = CanonicalOrder(codes, t);
  if (options.learner == UpliftLearner::kSingle) {
    const std::vector<uint8_t> arm(t.treated.begin(), t.treated.end());
    TRY(model.TrainPart(options, loss, WithArm(codes, arm), outcome, {}, order));
    return model;
  }
  for (const uint8_t arm : {uint8_t{0}, uint8_t{1}}) {
    TRY(model.TrainPart(options, loss, codes, outcome, {}, RowsOf(order, t.treated, arm)));
  }
  if (options.learner == UpliftLearner::kX) TRY(model.TrainX(options, t, codes));
  return model;
}

Result<std::vector<double>> UpliftModel::Predict(const RowMatrix& rows, int threads) const {
  if (rows.columns != cuts_.size()) return Invalid("the rows have other columns than the model");
  const CodeMatrix codes = cuts_.Encode(rows, threads);
  std::vector<double> uplift;
  if (learner_ == UpliftLearner::kClass) {
    ASSIGN_OR_RETURN(uplift, PredictPart(0, codes, threads));
    for (double& u : uplift) u = binary_ ? 2 * u - 1 : u;
    return uplift;
  }
  if (learner_ == UpliftLearner::kSingle) {
    const std::vector<uint8_t> none(rows.rows(), 0);
    const std::vector<uint8_t> all(rows.rows(), 1);
    ASSIGN_OR_RETURN(uplift, PredictPart(0, WithArm(codes, all), threads));
    ASSIGN_OR_RETURN(const std::vector<double> control,
                     PredictPart(0, WithArm(codes, none), threads));
    for (size_t i = 0; i < uplift.size(); ++i) uplift[i] -= control[i];
    return uplift;
  }
  const size_t first = learner_ == UpliftLearner::kX ? 2 : 0;
  ASSIGN_OR_RETURN(uplift, PredictPart(first + 1, codes, threads));
  ASSIGN_OR_RETURN(const std::vector<double> control, PredictPart(first, codes, threads));
  // X: weighted by the chance of the other arm, so that the larger arm's imputations count more.
  for (size_t i = 0; i < uplift.size(); ++i) {
    uplift[i] = learner_ == UpliftLearner::kX
                    ? treated_share_ * control[i] + (1 - treated_share_) * uplift[i]
                    : uplift[i] - control[i];
  }
  return uplift;
}

// JSON: format, learner, binary, treated_share, cuts, parts [{objective, booster: base64 UBJ}].
Bytes UpliftModel::Save() const {
  Json json = Json::Of({{"format", kFormat},
                        {"learner", LearnerName(learner_)},
                        {"binary", binary_},
                        {"treated_share", treated_share_},
                        {"cuts", cuts_.ToJson()}});
  for (const Part& part : parts_) {
    const Result<Bytes> bytes = part.booster.Save();
    CHECK(bytes.ok());
    json.Field("parts").Push(
        Json::Of({{"squared", part.loss == Loss::kSquared}, {"booster", ToBase64(*bytes)}}));
  }
  return ToBytes(json.Dump());
}

Result<UpliftModel> UpliftModel::Load(ByteView bytes) {
  const Result<Json> json = Json::Parse(AsText(bytes));
  if (!json.ok() || (*json)["format"].AsString() != kFormat) {
    return Corrupt("these bytes are no uplift model");
  }
  UpliftModel model;
  const auto learner = UpliftLearnerFromName((*json)["learner"].AsString());
  if (!learner.ok()) return Corrupt("an uplift model of an unknown learner");
  model.learner_ = *learner;
  model.binary_ = (*json)["binary"].AsBool();
  model.treated_share_ = (*json)["treated_share"].AsDouble();
  ASSIGN_OR_RETURN(model.cuts_, CutList::FromJson((*json)["cuts"]));
  for (const Json& part : (*json)["parts"].items()) {
    ASSIGN_OR_RETURN(const Bytes ubj, FromBase64(part["booster"].AsString()));
    ASSIGN_OR_RETURN(Booster booster, Booster::Load(ubj));
    model.parts_.push_back(
        {part["squared"].AsBool() ? Loss::kSquared : Loss::kLogistic, std::move(booster)});
  }
  const size_t want = model.learner_ == UpliftLearner::kX     ? 4
                      : model.learner_ == UpliftLearner::kTwo ? 2
                                                              : 1;
  if (model.parts_.size() != want) return Corrupt("an uplift model lacks a part");
  return model;
}

}  // namespace signet::pipelines
