#include "pipelines/decisions/bandit.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/experiments/bayes.h"

namespace signet::pipelines {
namespace {

/// Cholesky's lower factor of gram + ridge I, row after row.
std::vector<double> Factor(const std::vector<double>& gram, size_t n, double ridge) {
  std::vector<double> l(n * n, 0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = gram[i * n + j] + (i == j ? ridge : 0);
      for (size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / l[j * n + j];
    }
  }
  return l;
}

/// l^-1 v.
std::vector<double> Forward(const std::vector<double>& l, std::span<const double> v) {
  const size_t n = v.size();
  std::vector<double> out(v.begin(), v.end());
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) out[i] -= l[i * n + k] * out[k];
    out[i] /= l[i * n + i];
  }
  return out;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

LinearBandit::LinearBandit(size_t arms, size_t features, const BanditOptions& options)
    : features_(features), options_(options) {
  CHECK(arms >= 2 && features >= 1 && options.ridge > 0 && options.alpha > 0);
  CHECK(options.exploration > 0 && options.exploration <= 1);
  Arm empty{std::vector<double>(features * features, 0), std::vector<double>(features, 0)};
  arms_.assign(arms, empty);
}

Status LinearBandit::Learn(size_t arm, std::span<const double> context, double reward) {
  if (arm >= arms_.size() || context.size() != features_) {
    return Invalid("a decision of another bandit: its arm or context does not fit");
  }
  const bool finite =
      std::all_of(context.begin(), context.end(), [](double v) { return std::isfinite(v); });
  if (!finite || !std::isfinite(reward)) {
    return Invalid("a decision's context or reward is missing or infinite");
  }
  Arm& state = arms_[arm];
  for (size_t i = 0; i < features_; ++i) {
    for (size_t j = 0; j < features_; ++j) {
      state.gram[i * features_ + j] += context[i] * context[j];
    }
    state.top[i] += context[i] * reward;
  }
  return OkStatus();
}

Status LinearBandit::Merge(const LinearBandit& other) {
  if (arms_.size() != other.arms_.size() || features_ != other.features_) {
    return Invalid("bandits of different shapes do not merge");
  }
  for (size_t a = 0; a < arms_.size(); ++a) {
    for (size_t i = 0; i < arms_[a].gram.size(); ++i) arms_[a].gram[i] += other.arms_[a].gram[i];
    for (size_t i = 0; i < features_; ++i) arms_[a].top[i] += other.arms_[a].top[i];
  }
  return OkStatus();
}

std::pair<double, double> LinearBandit::Posterior(size_t arm, std::span<const double> x) const {
  const std::vector<double> l = Factor(arms_[arm].gram, features_, options_.ridge);
  const std::vector<double> u = Forward(l, x);
  const std::vector<double> w = Forward(l, arms_[arm].top);
  return {Dot(u, w), options_.alpha * std::sqrt(Dot(u, u))};
}

double LinearBandit::Expected(size_t arm, std::span<const double> context) const {
  CHECK(arm < arms_.size() && context.size() == features_);
  return Posterior(arm, context).first;
}

std::vector<double> LinearBandit::Propensities(std::span<const double> context) const {
  CHECK(context.size() == features_);
  std::vector<double> means;
  std::vector<double> errors;
  for (size_t arm = 0; arm < arms_.size(); ++arm) {
    const auto [mean, error] = Posterior(arm, context);
    means.push_back(mean);
    errors.push_back(std::max(error, 1e-9));
  }
  std::vector<double> chances(arms_.size(), 0);
  if (options_.policy == BanditPolicy::kThompson) {
    chances = ChancesToBeBest(means, errors, /*decrease_is_better=*/false);
  } else {
    size_t best = 0;
    for (size_t arm = 1; arm < means.size(); ++arm) {
      if (means[arm] + errors[arm] > means[best] + errors[best]) best = arm;
    }
    chances[best] = 1;
  }
  const double floor = options_.exploration / static_cast<double>(chances.size());
  for (double& chance : chances) chance = (1 - options_.exploration) * chance + floor;
  return chances;
}

BanditChoice LinearBandit::Choose(std::span<const double> context, SeededEntropy& entropy) const {
  const std::vector<double> chances = Propensities(context);
  double place = static_cast<double>(entropy.Next() >> 11) * 0x1p-53;
  BanditChoice choice;
  for (size_t arm = 0; arm < chances.size(); ++arm) {
    choice = {arm, chances[arm]};
    if (place < chances[arm]) break;
    place -= chances[arm];
  }
  return choice;
}

}  // namespace signet::pipelines
