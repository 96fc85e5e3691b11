#include "pipelines/math/purchase_likelihood.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/gamma_walk.h"
#include "pipelines/math/softplus.h"

namespace signet::pipelines {
namespace {

using Slope = std::array<double, 4>;

constexpr double kMinusInfinity = -HUGE_VAL;
constexpr size_t kBlockGroups = 256;  // their terms stay in the nearest cache

/// ln(exp(a) + exp(b)), and exp(b)'s share of the sum.
struct LogSum {
  double value = 0;
  double second_share = 0;
};
LogSum LogAdd(double a, double b) {
  if (a >= b) {
    const double ratio = std::exp(b - a);
    return {a + std::log1p(ratio), ratio / (1 + ratio)};
  }
  const double ratio = std::exp(a - b);
  return {b + std::log1p(ratio), 1 / (1 + ratio)};
}

/// What depends on x alone: gamma functions and their derivatives.
struct PerRepeats {
  double big_r = 0;  ///< r + k x
  double value = 0;
  double log_drop = kMinusInfinity;  ///< ln of E p(1-p)^.. / E (1-p)^..
  double drop_b = 0;                 ///< its derivative for b
  double d_r = 0, d_a = 0, d_b = 0;
};

/// For each number of repeats, rising.
std::vector<PerRepeats> RepeatTerms(const PurchaseShape& shape,
                                    std::span<const double> p,
                                    const std::vector<double>& repeats) {
  const double r = p[0];
  const bool beta = shape.drop_out != DropOut::kNever && shape.drop_out != DropOut::kAnyTime;
  const double a = beta ? p[2] : 1;
  const double b = beta ? p[3] : 1;
  const double first = shape.drop_out == DropOut::kAfterPurchase ? 1 : 0;
  GammaWalk rates(r, shape.regularity);
  GammaWalk stays(b + first, 1);
  GammaWalk both(a + b + first, 1);
  const double log_r = LogGamma(r);
  const double slope_r = Digamma(r);
  const double log_ab = LogGamma(a + b) - LogGamma(b);
  const double slope_b = Digamma(b);
  const double slope_ab = Digamma(a + b);
  std::vector<PerRepeats> all(repeats.size());
  for (size_t i = 0; i < repeats.size(); ++i) {
    const double x = repeats[i];
    PerRepeats& t = all[i];
    t.big_r = r + shape.regularity * x;
    rates.To(x);
    t.value = rates.log() - log_r;
    t.d_r = rates.slope() - slope_r;
    if (!beta) continue;
    stays.To(x);
    both.To(x);
    t.value += stays.log() + log_ab - both.log();
    t.d_a = slope_ab - both.slope();
    t.d_b = t.d_a + stays.slope() - slope_b;
    const double survived = x + first;
    if (survived == 0) continue;
    t.log_drop = std::log(a) - std::log(b + survived - 1);
    t.drop_b = -1 / (b + survived - 1);
  }
  return all;
}

/// ln(alpha + t) and 1 / (alpha + t) of each distinct time.
struct Times {
  std::vector<double> logs, inverses;
};

Times TimesOf(const GroupedHistories& sample, double alpha) {
  Times times;
  times.logs.reserve(sample.times().size());
  times.inverses.reserve(sample.times().size());
  for (const double t : sample.times()) {
    times.logs.push_back(std::log(alpha + t));
    times.inverses.push_back(1 / (alpha + t));
  }
  return times;
}

/// ln sum of w_j, with its derivatives for R and for ln(share).
struct Beats {
  double log_sum = 0, d_r = 0, d_log_share = 0;
};

Beats BeatTerms(int k, double big_r, double share) {
  double w = 1;
  double w_r = 0;
  double sum = 1;
  double sum_r = 0;
  double sum_j = 0;
  for (int j = 1; j < k; ++j) {
    w_r = (w_r * (big_r + j - 1) + w) / j * share;
    w *= (big_r + j - 1) / j * share;
    sum += w;
    sum_r += w_r;
    sum_j += j * w;
  }
  return {std::log(sum), sum_r / sum, sum_j / sum};
}

/// Purchases at each beat (k = 1), and what dropping out adds to each group's likelihood, as
/// vectors.
double EachBeatLogLikelihood(const PurchaseShape& shape,
                             const GroupedHistories& sample,
                             std::span<const double> p,
                             Slope& slope) {
  const double r = p[0];
  const Times times = TimesOf(sample, p[1]);
  const std::vector<PerRepeats> repeats = RepeatTerms(shape, p, sample.repeats());
  const double log_alpha = std::log(p[1]);
  const bool drops = shape.drop_out != DropOut::kNever;
  const double inverse_a = drops ? 1 / p[2] : 0;
  const std::vector<GroupedHistories::Group>& groups = sample.groups();
  std::array<double, kBlockGroups> odds{};  // ln of P(dropped out) / P(still there)
  std::array<double, kBlockGroups> gain{};
  std::array<double, kBlockGroups> dropped{};
  double total = 0;
  double with_drop_b = 0;
  for (size_t first = 0; first < groups.size(); first += kBlockGroups) {
    const size_t count = std::min(kBlockGroups, groups.size() - first);
    for (size_t i = 0; drops && i < count; ++i) {
      const GroupedHistories::Group& g = groups[first + i];
      const PerRepeats& t = repeats[g.repeats];
      odds[i] = t.log_drop + t.big_r * (times.logs[g.observed] - times.logs[g.recency]);
    }
    if (drops) Softplus(odds.data(), count, gain.data(), dropped.data());
    for (size_t i = 0; i < count; ++i) {
      const GroupedHistories::Group& g = groups[first + i];
      const PerRepeats& t = repeats[g.repeats];
      const double end = times.logs[g.observed];
      const double share_dropped = g.share * dropped[i];
      total += g.share * (t.value - t.big_r * end + gain[i]);
      slope[0] += g.share * (t.d_r - end) + share_dropped * (end - times.logs[g.recency]);
      slope[1] -=
          t.big_r * (g.share * times.inverses[g.observed] -
                     share_dropped * (times.inverses[g.observed] - times.inverses[g.recency]));
      slope[2] += g.share * t.d_a + share_dropped * inverse_a;
      slope[3] += g.share * t.d_b;
      with_drop_b += share_dropped * t.drop_b;
    }
  }
  slope[0] += log_alpha;
  slope[1] += r / p[1];
  slope[3] += with_drop_b;
  return total + r * log_alpha;
}

/// BG, MBG and NBD with k > 1.
double RegularLogLikelihood(const PurchaseShape& shape,
                            const GroupedHistories& sample,
                            std::span<const double> p,
                            Slope& slope) {
  const double r = p[0];
  const double alpha = p[1];
  const std::vector<PerRepeats> repeats = RepeatTerms(shape, p, sample.repeats());
  const Times times = TimesOf(sample, alpha);
  const double log_alpha = std::log(alpha);
  const int k = shape.regularity;
  const bool drops = shape.drop_out != DropOut::kNever;
  double total = 0;
  for (const GroupedHistories::Group& g : sample.groups()) {
    const PerRepeats& t = repeats[g.repeats];
    const double big_r = t.big_r;
    const double end = times.logs[g.observed];
    const double end_inverse = times.inverses[g.observed];
    const double quiet = sample.times()[g.observed] - sample.times()[g.recency];
    const Beats beats = BeatTerms(k, big_r, quiet * end_inverse);
    double sum = beats.log_sum;
    double dropped = 0;  // the share of likelihood from having dropped out
    if (drops && t.log_drop > kMinusInfinity) {
      const double log_dropped = t.log_drop + big_r * (end - times.logs[g.recency]);
      const LogSum both = LogAdd(beats.log_sum, log_dropped);
      sum = both.value;
      dropped = both.second_share;
    }
    const double alive = 1 - dropped;
    total += g.share * (t.value + r * log_alpha - big_r * end + sum);
    slope[0] += g.share * (t.d_r + log_alpha - end + dropped * (end - times.logs[g.recency]) +
                           alive * beats.d_r);
    slope[1] += g.share * (r / alpha - big_r * end_inverse +
                           dropped * big_r * (end_inverse - times.inverses[g.recency]) -
                           alive * beats.d_log_share * end_inverse);
    if (!drops) continue;
    slope[2] += g.share * (t.d_a + (dropped > 0 ? dropped / p[2] : 0));
    slope[3] += g.share * (t.d_b + dropped * t.drop_b);
  }
  // The gaps' own part of the density: (k - 1) ln(gap) - ln (k-1)! each.
  return total + (k - 1) * sample.mean_log_gaps() - sample.mean_repeats() * LogGamma(k);
}

// Gauss-Legendre on [-1, 1], 8 points.
constexpr std::array<double, 4> kNodes = {
    0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363};
constexpr std::array<double, 4> kWeights = {
    0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763};

constexpr double kPanelsMax = 2000;

/// ln of the integral over the drop-out's moment tau in (t_x, T) of
/// (alpha + tau)^-(r+x) (beta + tau)^-(s+1), and means under that density.
struct DropIntegral {
  double log_value = kMinusInfinity;
  double log_alpha = 0, log_beta = 0, inverse_alpha = 0, inverse_beta = 0;
};

DropIntegral IntegrateDropOut(std::span<const double> p, const PurchaseHistory& h, bool means) {
  const double alpha = p[1];
  const double beta = p[3];
  const double power_a = p[0] + h.repeats;
  const double power_b = p[2] + 1;
  const double least = std::min(alpha, beta);
  // u = ln((least + tau) / (least + t_x)): the integrand's logarithm then changes by at most
  // `change` per unit of u, so panels can be chosen that 8 points integrate to 1e-13.
  const double length = std::log1p((h.observed - h.recency) / (least + h.recency));
  DropIntegral result;
  if (!(length > 0)) return result;
  const double change = power_a * (least + h.observed) / (alpha + h.observed) +
                        power_b * (least + h.observed) / (beta + h.observed);
  const double steps = std::min(kPanelsMax, std::ceil(length * std::max(1.0, change / 3)));
  const double half = length / (2 * steps);
  const double first =
      -power_a * std::log(alpha + h.recency) - power_b * std::log(beta + h.recency);
  double sum = 0;
  for (int panel = 0; panel < static_cast<int>(steps); ++panel) {
    double part = 0;
    for (size_t i = 0; i < 8; ++i) {
      const double node = i < 4 ? -kNodes[3 - i] : kNodes[i - 4];
      const double weight = i < 4 ? kWeights[3 - i] : kWeights[i - 4];
      const double origin = (least + h.recency) * std::exp(half * (2 * panel + 1 + node));
      const double tau = origin - least;
      const double log_a = std::log(alpha + tau);
      const double log_b = std::log(beta + tau);
      const double w =
          weight * half * origin * std::exp(-power_a * log_a - power_b * log_b - first);
      part += w;
      if (!means) continue;
      result.log_alpha += w * log_a;
      result.log_beta += w * log_b;
      result.inverse_alpha += w / (alpha + tau);
      result.inverse_beta += w / (beta + tau);
    }
    sum += part;
    if (part < 1e-17 * sum && h.repeats > 0) break;  // the integrand falls
  }
  if (!(sum > 0)) return result;
  result.log_value = first + std::log(sum);
  result.log_alpha /= sum;
  result.log_beta /= sum;
  result.inverse_alpha /= sum;
  result.inverse_beta /= sum;
  return result;
}

double ParetoLogLikelihood(const GroupedHistories& sample,
                           std::span<const double> p,
                           Slope& slope) {
  const double r = p[0];
  const double alpha = p[1];
  const double s = p[2];
  const double beta = p[3];
  const PurchaseShape shape{DropOut::kAnyTime, 1};
  const std::vector<PerRepeats> repeats = RepeatTerms(shape, p, sample.repeats());
  const double log_alpha = std::log(alpha);
  const double log_beta = std::log(beta);
  double total = 0;
  for (const GroupedHistories::Group& g : sample.groups()) {
    const PurchaseHistory h{
        sample.repeats()[g.repeats], sample.times()[g.recency], sample.times()[g.observed], 0};
    const double big_r = repeats[g.repeats].big_r;
    const double end_a = std::log(alpha + h.observed);
    const double end_b = std::log(beta + h.observed);
    const double alive_value = -big_r * end_a - s * end_b;
    const DropIntegral drop = IntegrateDropOut(p, h, /*means=*/true);
    const LogSum both = drop.log_value > kMinusInfinity
                            ? LogAdd(alive_value, std::log(s) + drop.log_value)
                            : LogSum{alive_value, 0};
    const double sum = both.value;
    const double dropped = both.second_share;
    const double alive = 1 - dropped;
    const PerRepeats& t = repeats[g.repeats];
    total += g.share * (t.value + r * log_alpha + s * log_beta + sum);
    slope[0] += g.share * (t.d_r + log_alpha - alive * end_a - dropped * drop.log_alpha);
    slope[1] += g.share *
                (r / alpha - big_r * (alive / (alpha + h.observed) + dropped * drop.inverse_alpha));
    slope[2] += g.share * (log_beta - alive * end_b + dropped * (1 / s - drop.log_beta));
    slope[3] += g.share * (s / beta - alive * s / (beta + h.observed) -
                           dropped * (s + 1) * drop.inverse_beta);
  }
  return total;
}

}  // namespace

double MeanLogLikelihood(const PurchaseShape& shape,
                         const GroupedHistories& sample,
                         std::span<const double> log_p,
                         std::span<double> gradient) {
  const size_t size = shape.parameters();
  CHECK(log_p.size() == size && gradient.size() == size && shape.regularity >= 1);
  std::array<double, 4> p{};
  for (size_t i = 0; i < size; ++i) p[i] = std::exp(log_p[i]);
  Slope slope{};
  double value = 0;
  if (shape.drop_out == DropOut::kAnyTime) {
    value = ParetoLogLikelihood(sample, p, slope);
  } else if (shape.regularity == 1) {
    value = EachBeatLogLikelihood(shape, sample, p, slope);
  } else {
    value = RegularLogLikelihood(shape, sample, p, slope);
  }
  for (size_t i = 0; i < size; ++i) gradient[i] = slope[i] * p[i];
  return value;
}

AliveTerms TermsOf(const PurchaseShape& shape,
                   std::span<const double> p,
                   const PurchaseHistory& h) {
  const double alpha = p[1];
  const double big_r = p[0] + shape.regularity * h.repeats;
  const double end = std::log(alpha + h.observed);
  if (shape.drop_out == DropOut::kAnyTime) {
    const DropIntegral drop = IntegrateDropOut(p, h, /*means=*/false);
    return {-big_r * end - p[2] * std::log(p[3] + h.observed), std::log(p[2]) + drop.log_value};
  }
  const double share = (h.observed - h.recency) / (alpha + h.observed);
  AliveTerms terms{LogBeatWeights(shape.regularity, big_r, share, {}) - big_r * end,
                   kMinusInfinity};
  if (shape.drop_out == DropOut::kNever) return terms;
  const double survived = h.repeats + (shape.drop_out == DropOut::kAfterPurchase ? 1 : 0);
  if (survived > 0) {
    terms.dropped =
        std::log(p[2]) - std::log(p[3] + survived - 1) - big_r * std::log(alpha + h.recency);
  }
  return terms;
}

double LogBeatWeights(int k, double big_r, double share, std::span<double> weights) {
  double w = 1;
  double sum = 1;
  if (!weights.empty()) weights[0] = 1;
  for (int j = 1; j < k; ++j) {
    w *= (big_r + j - 1) / j * share;
    sum += w;
    if (!weights.empty()) weights[static_cast<size_t>(j)] = w;
  }
  for (double& weight : weights) weight /= sum;
  return std::log(sum);
}

}  // namespace signet::pipelines
