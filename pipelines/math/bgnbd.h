/// BG/NBD: how often a customer will buy, from how often and how recently they did.
///
/// Source: Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24
/// (2005).
#pragma once

#include <array>
#include <span>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// One customer: repeat purchases x, time of the last one and time observed, both since the first
/// purchase in one unit (weeks, say). x = 0 goes with recency = 0.
struct PurchaseHistory {
  double repeats = 0;
  double recency = 0;
  double observed = 0;
  friend auto operator<=>(const PurchaseHistory&, const PurchaseHistory&) = default;
};

/// Purchases are Poisson with rate ~ Gamma(r, alpha); after each, the customer drops out with a
/// probability ~ Beta(a, b).
class BgNbd {
 public:
  /// Maximum likelihood by BFGS on the logarithms, with the analytic gradient. Independent of the
  /// customers' order. kInvalid for fewer than 10 customers, impossible histories, or no repeats.
  static Result<BgNbd> Fit(std::vector<PurchaseHistory> customers);
  /// Known parameters, all positive.
  BgNbd(double r, double alpha, double a, double b) : parameters_{r, alpha, a, b} {}

  [[nodiscard]] double r() const { return parameters_[0]; }
  [[nodiscard]] double alpha() const { return parameters_[1]; }
  [[nodiscard]] double a() const { return parameters_[2]; }
  [[nodiscard]] double b() const { return parameters_[3]; }
  [[nodiscard]] double log_likelihood() const { return log_likelihood_; }
  /// False when the maximum lies on the boundary (no drop-out to be seen): then P(alive) and the
  /// expectation lean on prior shape alone, and a report must say so.
  [[nodiscard]] bool identified() const { return identified_; }

  /// Expected purchases in the `horizon` after the time observed; equation (10).
  [[nodiscard]] double ExpectedPurchases(const PurchaseHistory& customer, double horizon) const;
  /// The probability of not having dropped out. 1 for one-time buyers: not a churn score for them.
  [[nodiscard]] double ProbabilityAlive(const PurchaseHistory& customer) const;

 private:
  std::array<double, 4> parameters_{};
  double log_likelihood_ = 0;
  bool identified_ = true;
};

}  // namespace signet::pipelines
