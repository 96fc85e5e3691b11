#include "pipelines/experiments/bayes.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

constexpr int kNodes = 801;  ///< odd: Simpson's rule

/// Beta's mass on an even grid of its bulk: position, and density times weight, scaled to 1.
struct Mass {
  std::vector<double> at, weight;
};

Mass MassOf(const BetaShare& share) {
  const double low = BetaQuantile(1e-12, share.a, share.b);
  const double high = BetaQuantile(1 - 1e-12, share.a, share.b);
  Mass mass;
  double total = 0;
  for (int i = 0; i < kNodes; ++i) {
    const double x = low + (high - low) * i / (kNodes - 1);
    const double rule = i == 0 || i == kNodes - 1 ? 1 : (i % 2 == 1 ? 4 : 2);
    mass.at.push_back(x);
    mass.weight.push_back(rule * BetaDensity(std::clamp(x, 1e-300, 1 - 1e-16), share.a, share.b));
    total += mass.weight.back();
  }
  for (double& weight : mass.weight) weight /= total;
  return mass;
}

/// P(treatment - control <= z): the treatment on its grid, the control by its distribution.
double DifferenceCdf(const Mass& treatment, const BetaShare& control, double z) {
  double total = 0;
  for (size_t i = 0; i < treatment.at.size(); ++i) {
    const double bound = treatment.at[i] - z;  // control >= bound
    if (bound <= 0) {
      total += treatment.weight[i];
    } else if (bound < 1) {
      total += treatment.weight[i] * (1 - BetaCdf(bound, control.a, control.b));
    }
  }
  return total;
}

double DifferenceQuantile(const Mass& treatment, const BetaShare& control, double p) {
  double low = -1;
  double high = 1;
  for (int i = 0; i < 44; ++i) {
    const double middle = (low + high) / 2;
    (DifferenceCdf(treatment, control, middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// E max(other - mine, 0), mine drawn from `mass`, other ~ Beta: for a fixed x,
/// E (other - x)+ = mean (1 - I_x(a + 1, b)) - x (1 - I_x(a, b)).
double Shortfall(const Mass& mine, const BetaShare& other) {
  const double mean = other.a / (other.a + other.b);
  double loss = 0;
  for (size_t i = 0; i < mine.at.size(); ++i) {
    const double x = mine.at[i];
    loss += mine.weight[i] * (mean * (1 - BetaCdf(x, other.a + 1, other.b)) -
                              x * (1 - BetaCdf(x, other.a, other.b)));
  }
  return std::max(0.0, loss);
}

}  // namespace

BetaShare BetaShare::Of(const Moments& m) {
  const double successes = std::round(m.y * m.units);
  return {1 + successes, 1 + std::max(0.0, m.units - successes)};
}

Posterior CompareBetas(const BetaShare& treatment,
                       const BetaShare& control,
                       double confidence,
                       bool decrease_is_better) {
  const Mass mass = MassOf(treatment);
  Posterior posterior;
  const double above = 1 - DifferenceCdf(mass, control, 0);
  posterior.chance_to_win = std::clamp(decrease_is_better ? 1 - above : above, 0.0, 1.0);
  posterior.expected_loss =
      decrease_is_better ? Shortfall(MassOf(control), treatment) : Shortfall(mass, control);
  posterior.difference = {DifferenceQuantile(mass, control, 0.5),
                          DifferenceQuantile(mass, control, (1 - confidence) / 2),
                          DifferenceQuantile(mass, control, (1 + confidence) / 2)};
  return posterior;
}

Posterior CompareNormals(double difference,
                         double standard_error,
                         double prior_sd,
                         double confidence,
                         bool decrease_is_better) {
  CHECK(standard_error > 0);
  double mean = difference;
  double error = standard_error;
  if (prior_sd > 0) {
    const double weight =
        prior_sd * prior_sd / (prior_sd * prior_sd + standard_error * standard_error);
    mean *= weight;
    error *= std::sqrt(weight);
  }
  Posterior posterior;
  const double z = (decrease_is_better ? -mean : mean) / error;
  posterior.chance_to_win = NormalCdf(z);
  posterior.expected_loss = std::max(0.0, error * (NormalDensity(z) - z * NormalSurvival(z)));
  posterior.difference = NormalEstimate(mean, error, confidence);
  return posterior;
}

namespace {

/// The weight of node `i` in Simpson's rule, without the common factor.
double SimpsonWeight(int i) {
  if (i == 0 || i == kNodes - 1) return 1;
  return i % 2 == 1 ? 4 : 2;
}

}  // namespace

std::vector<double> ChancesToBeBest(std::span<const double> means,
                                    std::span<const double> errors,
                                    bool decrease_is_better) {
  CHECK(means.size() == errors.size());
  // `mass` times the chance that the effect of every other arm is worse than `effect`.
  const auto ahead_of_others = [&](size_t arm, double effect, double mass) {
    for (size_t other = 0; other < means.size(); ++other) {
      if (other == arm) continue;
      const double gap = (effect - means[other]) / errors[other];
      mass *= NormalCdf(decrease_is_better ? -gap : gap);
    }
    return mass;
  };
  std::vector<double> chances(means.size(), 0);
  double total = 0;
  for (size_t arm = 0; arm < means.size(); ++arm) {
    CHECK(errors[arm] > 0);
    for (int i = 0; i < kNodes; ++i) {
      const double z = -8 + 16.0 * i / (kNodes - 1);
      chances[arm] +=
          ahead_of_others(arm, means[arm] + z * errors[arm], SimpsonWeight(i) * NormalDensity(z));
    }
    total += chances[arm];
  }
  for (double& chance : chances) chance /= total;
  return chances;
}

}  // namespace signet::pipelines
