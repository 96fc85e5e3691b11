#include "pipelines/math/bgnbd.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <boost/math/special_functions/digamma.hpp>

#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

using Eigen::Matrix4d;
using Eigen::Vector4d;

constexpr size_t kCustomersMin = 10;
constexpr int kStepsMax = 500;
constexpr double kLogBound = 12;  // parameters stay within e^-12 .. e^12

/// Equal histories, counted: likelihood terms are computed once for each.
struct Group {
  PurchaseHistory history;
  double count = 0;
  size_t x = 0;  // index among the distinct numbers of repeats
};

struct Sample {
  std::vector<Group> groups;  // sorted, so that sums do not depend on the customers' order
  std::vector<double> repeats;
};

/// What depends on x alone.
struct PerRepeats {
  double log_terms = 0, d_r = 0, d_a = 0, d_b = 0;
};

double Digamma(double x) {
  return boost::math::digamma(x);
}

Sample Grouped(std::vector<PurchaseHistory> customers) {
  std::sort(customers.begin(), customers.end());
  Sample sample;
  for (const PurchaseHistory& c : customers) {
    if (sample.repeats.empty() || sample.repeats.back() != c.repeats) {
      sample.repeats.push_back(c.repeats);
    }
    if (sample.groups.empty() || sample.groups.back().history != c) {
      sample.groups.push_back({c, 0, sample.repeats.size() - 1});
    }
    ++sample.groups.back().count;
  }
  return sample;
}

std::vector<PerRepeats> RepeatTerms(const Sample& sample, const Vector4d& p) {
  const double r = p[0];
  const double a = p[2];
  const double b = p[3];
  std::vector<PerRepeats> terms;
  for (const double x : sample.repeats) {
    PerRepeats t;
    t.log_terms = LogGamma(r + x) - LogGamma(r) + LogGamma(b + x) - LogGamma(b) + LogGamma(a + b) -
                  LogGamma(a + b + x);
    t.d_r = Digamma(r + x) - Digamma(r);
    t.d_a = Digamma(a + b) - Digamma(a + b + x);
    t.d_b = t.d_a + Digamma(b + x) - Digamma(b);
    terms.push_back(t);
  }
  return terms;
}

/// The log-likelihood (equation 6) at exp(`log_p`), and its gradient with respect to `log_p`.
double LogLikelihood(const Sample& sample, const Vector4d& log_p, Vector4d& gradient) {
  const Vector4d p = log_p.array().exp();
  const double r = p[0];
  const double alpha = p[1];
  const double a = p[2];
  const double b = p[3];
  const std::vector<PerRepeats> terms = RepeatTerms(sample, p);
  double total = 0;
  Vector4d slope = Vector4d::Zero();
  for (const Group& g : sample.groups) {
    const double x = g.history.repeats;
    const PerRepeats& t = terms[g.x];
    const double log_end = std::log(alpha + g.history.observed);
    const double alive = -(r + x) * log_end;
    double value = alive;
    double dropped_share = 0;
    double log_last = 0;
    if (x > 0) {
      log_last = std::log(alpha + g.history.recency);
      const double dropped = std::log(a) - std::log(b + x - 1) - (r + x) * log_last;
      const double top = std::max(alive, dropped);
      value = top + std::log(std::exp(alive - top) + std::exp(dropped - top));
      dropped_share = std::exp(dropped - value);
    }
    const double alive_share = 1 - dropped_share;
    total += g.count * (t.log_terms + r * std::log(alpha) + value);
    slope[0] +=
        g.count * (t.d_r + std::log(alpha) - alive_share * log_end - dropped_share * log_last);
    slope[1] += g.count * (r / alpha - (r + x) * (alive_share / (alpha + g.history.observed) +
                                                  dropped_share / (alpha + g.history.recency)));
    slope[2] += g.count * (t.d_a + dropped_share / a);
    slope[3] += g.count * (t.d_b - (x > 0 ? dropped_share / (b + x - 1) : 0));
  }
  gradient = slope.cwiseProduct(p);
  return total;
}

/// BFGS uphill with Armijo backtracking. Returns the best point and its value.
std::pair<Vector4d, double> Climb(const Sample& sample, Vector4d point) {
  Vector4d gradient;
  double value = LogLikelihood(sample, point, gradient);
  Matrix4d inverse = Matrix4d::Identity() / std::max(1.0, gradient.norm());
  for (int step = 0; step < kStepsMax && gradient.norm() > 1e-6; ++step) {
    Vector4d direction = inverse * gradient;
    if (direction.dot(gradient) <= 0) direction = gradient / gradient.norm();
    double length = std::min(1.0, 2 / direction.cwiseAbs().maxCoeff());
    Vector4d next = point;
    Vector4d next_gradient = gradient;
    double next_value = value;
    bool moved = false;
    for (int halving = 0; halving < 50 && !moved; ++halving, length /= 2) {
      next = (point + length * direction).cwiseMax(-kLogBound).cwiseMin(kLogBound);
      next_value = LogLikelihood(sample, next, next_gradient);
      moved = next_value > value + 1e-4 * gradient.dot(next - point) && std::isfinite(next_value);
    }
    if (!moved) break;
    const Vector4d s = next - point;
    const Vector4d y = gradient - next_gradient;  // of the negated function
    const double curvature = s.dot(y);
    if (curvature > 1e-12) {
      const Matrix4d left = Matrix4d::Identity() - s * y.transpose() / curvature;
      inverse = left * inverse * left.transpose() + s * s.transpose() / curvature;
    }
    point = next;
    gradient = next_gradient;
    value = next_value;
  }
  return {point, value};
}

/// Gauss' hypergeometric series for 0 <= z < 1.
double Hypergeometric(double a, double b, double c, double z) {
  double term = 1;
  double sum = 1;
  for (int n = 0; n < 100'000; ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    sum += term;
    if (std::fabs(term) < 1e-14 * std::fabs(sum)) break;
  }
  return sum;
}

}  // namespace

Result<BgNbd> BgNbd::Fit(std::vector<PurchaseHistory> customers) {
  if (customers.size() < kCustomersMin) return Invalid("BG/NBD needs at least 10 customers");
  double repeats = 0;
  double observed = 0;
  for (const PurchaseHistory& c : customers) {
    const bool possible = c.repeats >= 0 && c.recency >= 0 && c.recency <= c.observed &&
                          std::isfinite(c.observed) && std::isfinite(c.repeats) &&
                          (c.repeats > 0 || c.recency == 0);
    if (!possible) return Invalid("a purchase history is impossible (repeats, recency, observed)");
    repeats += c.repeats;
    observed = std::max(observed, c.observed);
  }
  if (repeats == 0 || observed == 0) return Invalid("BG/NBD needs repeat purchases");
  // Time in units of the longest observation, so that the start suits days and weeks alike.
  for (PurchaseHistory& c : customers) {
    c.recency /= observed;
    c.observed /= observed;
  }
  const double count = static_cast<double>(customers.size());
  const Sample sample = Grouped(std::move(customers));
  std::pair<Vector4d, double> best{Vector4d::Zero(), -HUGE_VAL};
  for (const double shape : {0.3, 1.0, 3.0}) {
    const double rate = std::max(repeats / count, 1e-3);
    const Vector4d start(std::log(shape), std::log(shape / rate), std::log(0.8), std::log(2.0));
    const std::pair<Vector4d, double> found = Climb(sample, start);
    if (found.second > best.second + 1e-9) best = found;
  }
  const Vector4d p = best.first.array().exp();
  BgNbd model(p[0], p[1] * observed, p[2], p[3]);
  // Rescaling time by c divides each density by c^x.
  model.log_likelihood_ = best.second - repeats * std::log(observed);
  model.identified_ = best.first.cwiseAbs().maxCoeff() < kLogBound - 1e-3;
  return model;
}

double BgNbd::ProbabilityAlive(const PurchaseHistory& c) const {
  if (c.repeats == 0) return 1;
  const double odds = std::exp(
      std::log(a()) - std::log(b() + c.repeats - 1) +
      (r() + c.repeats) * (std::log(alpha() + c.observed) - std::log(alpha() + c.recency)));
  return 1 / (1 + odds);
}

double BgNbd::ExpectedPurchases(const PurchaseHistory& c, double horizon) const {
  if (horizon <= 0) return 0;
  const double x = c.repeats;
  // The formula has a removable singularity at a = 1.
  const double a_safe = std::fabs(a() - 1) < 1e-6 ? 1 + 1e-6 : a();
  const double z = horizon / (alpha() + c.observed + horizon);
  const double f = Hypergeometric(r() + x, b() + x, a_safe + b() + x - 1, z);
  const double shrink = std::exp((r() + x) * std::log1p(-z));
  const double raw = (a_safe + b() + x - 1) / (a_safe - 1) * (1 - shrink * f);
  return std::max(0.0, raw * ProbabilityAlive(c));
}

}  // namespace signet::pipelines
