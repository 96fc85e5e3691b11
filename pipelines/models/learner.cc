#include "pipelines/models/learner.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kCalibrationRowsMin = 200;
constexpr double kCalibrationGainErrors = 1;  ///< standard errors by which calibration must help

/// One booster's problem: a loss over some of the rows, which stay where they are.
struct Problem {
  Loss loss = Loss::kLogistic;
  std::vector<float> values;
  std::vector<uint8_t> happened;
  std::vector<float> weights;
  std::vector<uint64_t> keys;
  std::vector<int> fold;
  int folds = 1;
  double sigma = 1;
  std::optional<CodeRows> codes;
  std::vector<size_t> positions;  ///< of the rows in `codes`; empty: all

  [[nodiscard]] Targets targets() const { return {values, happened, weights, sigma}; }
  [[nodiscard]] Booster::Fold rows() const { return {*codes, targets(), positions}; }

  [[nodiscard]] Problem Part(const std::vector<size_t>& rows) const {
    Problem part;
    part.loss = loss;
    part.folds = folds;
    part.sigma = sigma;
    part.codes = codes;
    part.positions.reserve(rows.size());
    for (const size_t row : rows) {
      part.positions.push_back(positions.empty() ? row : positions[row]);
      part.values.push_back(values[row]);
      part.fold.push_back(fold[row]);
      if (!happened.empty()) part.happened.push_back(happened[row]);
      if (!weights.empty()) part.weights.push_back(weights[row]);
      if (!keys.empty()) part.keys.push_back(keys[row]);
    }
    return part;
  }
};

/// One setting, tried on every fold.
struct Trial {
  BoosterOptions params;
  double sigma = 1;
  double loss = std::numeric_limits<double>::infinity();
  int rounds = 1;
  std::vector<float> margins;      ///< of each row when it was not learnt from; NaN: never
  std::optional<Booster> booster;  ///< of the last fold
};

Result<Booster> Fit(const Problem& train,
                    const Problem& held,
                    const BoosterOptions& params,
                    bool forest,
                    uint64_t seed,
                    const std::function<void(double)>& progress) {
  if (forest) {
    return Booster::TrainForest(params, seed, train.rows(), train.keys, progress);
  }
  return Booster::Train(train.loss, params, seed, train.rows(), held.rows(), progress);
}

Status Try(const Problem& problem,
           bool forest,
           uint64_t seed,
           const std::function<void(double)>& progress,
           Trial& trial) {
  trial.margins.assign(problem.values.size(), NAN);
  ExactSum losses;
  size_t judged = 0;
  int rounds = 0;
  for (int f = 0; f < problem.folds; ++f) {
    std::vector<size_t> inside;
    std::vector<size_t> outside;
    for (size_t i = 0; i < problem.fold.size(); ++i) {
      (problem.fold[i] == f ? outside : inside).push_back(i);
    }
    if (inside.empty() || outside.empty()) return Invalid("a validation fold is empty");
    Problem train = problem.Part(inside);
    Problem held = problem.Part(outside);
    train.sigma = held.sigma = trial.sigma;
    ASSIGN_OR_RETURN(Booster booster, Fit(train, held, trial.params, forest, seed, progress));
    ASSIGN_OR_RETURN(const std::vector<float> margins,
                     booster.Margins(*held.codes, trial.params.threads, held.positions));
    for (size_t i = 0; i < outside.size(); ++i) {
      trial.margins[outside[i]] = margins[i];
      losses.Add(RowLoss(held.loss, held.targets(), i, static_cast<double>(margins[i])));
    }
    judged += outside.size();
    rounds += booster.rounds();
    trial.booster = std::move(booster);
  }
  trial.loss = losses.Value() / static_cast<double>(judged);
  trial.rounds = std::max(1, (rounds + problem.folds / 2) / problem.folds);
  return OkStatus();
}

/// The settings to try, the given one first: shallower and deeper trees, more and less restrained.
std::vector<Trial> Candidates(const BoosterOptions& params, Loss loss, int search) {
  struct Step {
    int depth;
    double rate, child, lambda, columns;
  };
  constexpr Step kSteps[] = {{2, 1.4, 0.5, 1, 1},
                             {3, 1.0, 1, 5, 0.7},
                             {7, 0.8, 1, 5, 0.7},
                             {4, 0.7, 4, 10, 0.5},
                             {6, 0.5, 0.5, 2, 0.5},
                             {1, 2.0, 1, 1, 1}};
  std::vector<Trial> trials;
  const auto add = [&](const BoosterOptions& settings, double sigma) {
    Trial trial;
    trial.params = settings;
    trial.sigma = sigma;
    trials.push_back(std::move(trial));
  };
  if (loss == Loss::kSurvival) {
    for (const double sigma : {0.35, 0.6, 1.0, 1.6}) add(params, sigma);
  } else {
    add(params, 1);
  }
  for (const Step& step : kSteps) {
    if (search-- <= 0) break;
    BoosterOptions other = params;
    other.max_depth = step.depth;
    other.learning_rate = std::min(1.0, params.learning_rate * step.rate);
    other.min_child_weight = params.min_child_weight * step.child;
    other.lambda = params.lambda * step.lambda;
    other.column_share = std::min(params.column_share, step.columns);
    add(other, 1);
  }
  return trials;
}

Json TrialJson(const Trial& trial, Loss loss) {
  Json json = Json::Of({{"max_depth", trial.params.max_depth},
                        {"learning_rate", Rounded(trial.params.learning_rate)},
                        {"min_child_weight", Rounded(trial.params.min_child_weight)},
                        {"lambda", Rounded(trial.params.lambda)},
                        {"column_share", Rounded(trial.params.column_share)},
                        {"rounds", trial.rounds},
                        {"validation_loss", Rounded(trial.loss)}});
  if (loss == Loss::kSurvival) json.Set("sigma", Rounded(trial.sigma));
  return json;
}

struct Best {
  Trial trial;
  Json search;
};

Result<Best> Search(const Problem& problem,
                    const LearnOptions& options,
                    bool forest,
                    uint64_t seed,
                    const std::function<void(double)>& progress) {
  Best best;
  best.search = Json(Json::Array());
  std::vector<Trial> trials = Candidates(options.params, problem.loss, forest ? 0 : options.search);
  double sigma = 1;
  for (Trial& trial : trials) {
    // The scale of survival times is found first; later settings keep it.
    if (problem.loss == Loss::kSurvival && trial.sigma == 1 && best.search.size() >= 4) {
      trial.sigma = sigma;
    }
    TRY(Try(problem, forest, seed, progress, trial));
    best.search.Push(TrialJson(trial, problem.loss));
    if (best.search.size() > 1 && !(trial.loss < best.trial.loss)) continue;
    sigma = trial.sigma;
    best.trial = std::move(trial);
  }
  return best;
}

/// Row losses of probabilities, for comparing calibrations pairwise.
std::vector<double> LossesOf(const Calibrator& map,
                             const std::vector<double>& raw,
                             const std::vector<uint8_t>& labels) {
  std::vector<double> losses(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    const double p = std::clamp(map.Apply(raw[i]), 1e-6, 1 - 1e-6);
    losses[i] = -std::log(labels[i] != 0 ? p : 1 - p);
  }
  return losses;
}

Calibrator Calibrated(const std::string& kind,
                      const std::vector<double>& raw,
                      const std::vector<uint8_t>& labels) {
  if (kind == "platt") return Calibrator::Platt(raw, labels);
  if (kind == "isotonic") return Calibrator::Isotonic(raw, labels);
  return {};
}

/// The calibration whose loss, learnt on one half of the rows and judged on the other, beats none
/// by more than a standard error; the simplest otherwise.
std::string ChosenCalibration(const std::vector<double>& raw,
                              const std::vector<uint8_t>& labels,
                              bool needed) {
  if (raw.size() < kCalibrationRowsMin) return needed ? "platt" : "none";
  std::vector<double> part_raw[2];
  std::vector<uint8_t> part_labels[2];
  for (size_t i = 0; i < raw.size(); ++i) {
    part_raw[i % 2].push_back(raw[i]);
    part_labels[i % 2].push_back(labels[i]);
  }
  const auto crossed = [&](const std::string& kind) {
    std::vector<double> losses;
    for (int half = 0; half < 2; ++half) {
      const Calibrator map = Calibrated(kind, part_raw[half], part_labels[half]);
      const std::vector<double> own = LossesOf(map, part_raw[1 - half], part_labels[1 - half]);
      losses.insert(losses.end(), own.begin(), own.end());
    }
    return losses;
  };
  std::string chosen = needed ? "platt" : "none";
  std::vector<double> best = crossed(chosen);
  for (const char* kind : {"platt", "isotonic"}) {
    if (kind == chosen) continue;
    const std::vector<double> other = crossed(kind);
    std::vector<double> gain(best.size());
    for (size_t i = 0; i < gain.size(); ++i) gain[i] = best[i] - other[i];
    const double error = std::sqrt(VarianceOf(gain) / static_cast<double>(gain.size()));
    if (MeanOf(gain) > kCalibrationGainErrors * error && MeanOf(gain) > 0) {
      chosen = kind;
      best = other;
    }
  }
  return chosen;
}

Problem ProblemOf(const LearningRows& rows, const LearnOptions& options) {
  Problem problem;
  problem.values.assign(rows.targets.begin(), rows.targets.end());
  problem.happened.assign(rows.happened.begin(), rows.happened.end());
  problem.keys.assign(rows.keys.begin(), rows.keys.end());
  problem.fold.assign(rows.fold.begin(), rows.fold.end());
  problem.folds = rows.folds;
  switch (options.method) {
    case TreeMethod::kLogistic:
    case TreeMethod::kTwoPart:
      problem.loss = Loss::kLogistic;
      break;
    case TreeMethod::kForestClass:
    case TreeMethod::kForestValue:
    case TreeMethod::kSquared:
      problem.loss = Loss::kSquared;
      break;
    case TreeMethod::kTweedie:
      problem.loss = Loss::kTweedie;
      break;
    case TreeMethod::kSurvival:
      problem.loss = Loss::kSurvival;
      break;
  }
  return problem;
}

/// Weights that make both classes as heavy as half of the rows.
void Balance(Problem& problem) {
  const auto positives =
      static_cast<double>(std::count(problem.values.begin(), problem.values.end(), 1.0F));
  const auto rows = static_cast<double>(problem.values.size());
  if (positives == 0 || positives == rows) return;
  for (const float value : problem.values) {
    const double weight = rows / 2 / (value > 0 ? positives : rows - positives);
    problem.weights.push_back(static_cast<float>(weight));
  }
}

/// Amounts and times in units of their own mean, so that settings do not depend on the currency.
double UnitOf(const LearningRows& rows, TreeMethod method) {
  if (GivesProbability(method)) return 1;
  ExactSum sum;
  uint64_t count = 0;
  for (const float value : rows.targets) {
    if (value == 0) continue;
    sum.Add(std::fabs(static_cast<double>(value)));
    ++count;
  }
  const double mean = count > 0 ? sum.Value() / static_cast<double>(count) : 1;
  return mean > 0 && std::isfinite(mean) ? mean : 1;
}

Result<Booster> Refit(const Problem& problem,
                      Best& best,
                      bool forest,
                      bool refit,
                      uint64_t seed,
                      const std::function<void(double)>& progress) {
  if (!refit && problem.folds == 1) {
    Booster booster = std::move(*best.trial.booster);
    best.trial.params.rounds_max = booster.rounds();
    return booster;
  }
  best.trial.params.rounds_max = best.trial.rounds;
  Problem none;
  none.codes = problem.codes;
  Problem all = problem;
  all.sigma = best.trial.sigma;
  return Fit(all, none, best.trial.params, forest, seed, progress);
}

/// Two-part: the mean amount among rows that have one.
Result<Booster> LearnAmounts(const Problem& problem,
                             const LearnOptions& options,
                             uint64_t seed,
                             const std::function<void(double)>& progress) {
  std::vector<size_t> positive;
  for (size_t i = 0; i < problem.values.size(); ++i) {
    if (problem.values[i] > 0) positive.push_back(i);
  }
  Problem amounts = problem.Part(positive);
  amounts.loss = Loss::kGamma;
  ASSIGN_OR_RETURN(Best best, Search(amounts, options, /*forest=*/false, seed, progress));
  return Refit(amounts, best, /*forest=*/false, options.refit, seed, progress);
}

}  // namespace

Result<Learnt> Learn(const LearningRows& rows,
                     const LearnOptions& options,
                     uint64_t seed,
                     const std::function<void(double)>& progress) {
  CutList cuts = CutList::Of(rows.rows, options.params.max_bin, options.params.threads);
  const CodeMatrix codes = cuts.Encode(rows.rows, options.params.threads);
  return Learn(CodedRows{std::move(cuts), codes, rows}, options, seed, progress);
}

Result<Learnt> Learn(const CodedRows& coded,
                     const LearnOptions& options,
                     uint64_t seed,
                     const std::function<void(double)>& progress) {
  const LearningRows& rows = coded.rows;
  CHECK(coded.codes.rows() == rows.targets.size() && rows.fold.size() == rows.targets.size());
  const TreeMethod method = options.method;
  const bool forest = method == TreeMethod::kForestClass || method == TreeMethod::kForestValue;
  Problem problem = ProblemOf(rows, options);
  problem.codes = coded.codes;
  const double unit = UnitOf(rows, method);
  for (float& value : problem.values) value = static_cast<float>(static_cast<double>(value) / unit);

  std::optional<Booster> amount;
  if (method == TreeMethod::kTwoPart) {
    ASSIGN_OR_RETURN(Booster learnt, LearnAmounts(problem, options, seed, progress));
    amount = std::move(learnt);
    for (float& value : problem.values) value = value > 0 ? 1.0F : 0.0F;
  }
  if (options.balance && GivesProbability(method)) Balance(problem);
  ASSIGN_OR_RETURN(Best best, Search(problem, options, forest, seed, progress));
  ASSIGN_OR_RETURN(Booster main, Refit(problem, best, forest, options.refit, seed, progress));

  Learnt learnt{{method, coded.cuts, std::move(main), std::move(amount), {}, unit, 1},
                best.trial.params,
                best.trial.loss,
                std::move(best.search),
                "none"};
  learnt.model.sigma = best.trial.sigma;
  if (!GivesProbability(method)) return learnt;
  std::vector<double> raw;
  std::vector<uint8_t> labels;
  for (size_t i = 0; i < problem.values.size(); ++i) {
    if (std::isnan(best.trial.margins[i])) continue;
    const double margin = static_cast<double>(best.trial.margins[i]);
    raw.push_back(std::clamp(LinkOf(problem.loss, margin), 0.0, 1.0));
    labels.push_back(problem.values[i] > 0 ? 1 : 0);
  }
  learnt.calibration = options.calibration;
  if (options.calibration == "auto" || (options.balance && options.calibration == "none")) {
    learnt.calibration = ChosenCalibration(raw, labels, options.balance);
  }
  learnt.model.calibrator = Calibrated(learnt.calibration, raw, labels);
  return learnt;
}

}  // namespace signet::pipelines
