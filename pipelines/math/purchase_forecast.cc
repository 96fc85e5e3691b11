// What a purchase model expects of one customer.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "pipelines/math/distributions.h"
#include "pipelines/math/purchase_model.h"

namespace signet::pipelines {
namespace {

constexpr double kTailMin = 1e-13;  // of the distribution of beats, left out
constexpr int64_t kBeatsMax = 2'000'000;
constexpr double kLogTiny = -600;  // exp() of less is 0

/// Sums, over the number n of beats in the horizon (negative binomial), the expected purchases.
///
/// With j beats already gone since the last purchase, n beats make M = (n + j) / k purchase
/// occasions; the m-th happens if the customer did not drop out before: E (1-p)^(m-1).
class BeatSum {
 public:
  BeatSum(int k, double a, double b) : k_(k), a_(a), b_(b) {}

  double Expect(double shape, double share, int64_t gone) {
    const double log_rest = std::log1p(-share);
    double log_start = shape * log_rest;
    int64_t n = 0;
    if (log_start < kLogTiny) {
      const double mean = shape * share / (1 - share);
      const double spread = std::sqrt(mean / (1 - share));
      n = static_cast<int64_t>(std::max(0.0, mean - 12 * spread));
      const auto count = static_cast<double>(n);
      log_start +=
          LogGamma(shape + count) - LogGamma(shape) - LogGamma(count + 1) + count * std::log(share);
    }
    double probability = std::exp(log_start);
    double seen = 0;
    double expected = 0;
    while (n < kBeatsMax) {
      const double purchases = Purchases((n + gone) / k_);
      expected += probability * purchases;
      seen += probability;
      const auto count = static_cast<double>(n);
      const double ratio = (shape + count) / (count + 1) * share;
      // Beyond the mode the tail is below a geometric one.
      if (ratio < 1 &&
          probability * ratio / (1 - ratio) * (purchases + 1) < kTailMin * (expected + 1e-300)) {
        break;
      }
      probability *= ratio;
      ++n;
    }
    if (n == kBeatsMax) expected += std::max(0.0, 1 - seen) * Purchases((n + gone) / k_);
    return expected;
  }

 private:
  /// E of the purchases made at the first `occasions` occasions.
  double Purchases(int64_t occasions) {
    while (static_cast<int64_t>(sums_.size()) <= occasions) {
      sums_.push_back(sums_.back() + survival_);
      const auto passed = static_cast<double>(sums_.size() - 2);
      if (a_ > 0) survival_ *= (b_ + passed) / (a_ + b_ + passed);
    }
    return sums_[static_cast<size_t>(occasions)];
  }

  int64_t k_;
  double a_, b_;
  double survival_ = 1;
  std::vector<double> sums_ = {0};
};

}  // namespace

double PurchaseModel::ProbabilityAlive(const PurchaseHistory& customer) const {
  const AliveTerms terms = TermsOf(shape_, p(), customer);
  return 1 / (1 + std::exp(terms.dropped - terms.alive));
}

bool PurchaseModel::HasChurnScore(const PurchaseHistory& customer) const {
  if (shape_.drop_out == DropOut::kNever) return false;
  return customer.repeats > 0 || shape_.drop_out != DropOut::kAfterRepeat;
}

double PurchaseModel::ExpectedBeats(const PurchaseHistory& c, double horizon) const {
  const int k = shape_.regularity;
  const double alpha = p_[1];
  const double big_r = p_[0] + k * c.repeats;
  const double share = horizon / (alpha + c.observed + horizon);
  const bool drops = shape_.drop_out != DropOut::kNever;
  const double survived = c.repeats + (shape_.drop_out == DropOut::kAfterPurchase ? 1 : 0);
  BeatSum sum(k, drops ? p_[2] : 0, drops ? p_[3] + survived : 1);
  std::vector<double> weights(static_cast<size_t>(k));
  LogBeatWeights(k, big_r, (c.observed - c.recency) / (alpha + c.observed), weights);
  double expected = 0;
  for (int j = 0; j < k; ++j) {
    const double weight = weights[static_cast<size_t>(j)];
    if (weight > 0) expected += weight * sum.Expect(big_r + j, share, j);
  }
  return expected;
}

double PurchaseModel::ExpectedPurchases(const PurchaseHistory& c, double horizon) const {
  if (!(horizon > 0)) return 0;
  if (family_ == PurchaseFamily::kNbd) {
    return (p_[0] + c.repeats) * horizon / (p_[1] + c.observed);
  }
  const double alive = ProbabilityAlive(c);
  if (family_ != PurchaseFamily::kParetoNbd) return alive * ExpectedBeats(c, horizon);
  // Schmittlein et al.: rate x the expected time until drop-out within the horizon, which is
  // (beta + T) (1 - q^(s-1)) / (s - 1), and -(beta + T) ln q at s = 1.
  const double rate = (p_[0] + c.repeats) / (p_[1] + c.observed);
  const double end = p_[3] + c.observed;
  const double log_q = -std::log1p(horizon / end);
  const double power = p_[2] - 1;
  const double time = std::fabs(power) < 1e-12 ? -log_q : -std::expm1(power * log_q) / power;
  return alive * rate * end * time;
}

}  // namespace signet::pipelines
