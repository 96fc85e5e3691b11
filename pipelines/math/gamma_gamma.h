/// Gamma-Gamma: what a customer's purchases are worth on average, from what they were so far.
///
/// Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/purchase_model.h"

namespace signet::pipelines {

/// One customer: the number of repeat purchases and their mean value. Customers without repeats, or
/// with a mean that is not positive, tell nothing: they are left out of the fit.
struct PurchaseValue {
  double repeats = 0;
  double mean_value = 0;
  friend auto operator<=>(const PurchaseValue&, const PurchaseValue&) = default;
};

/// Values are Gamma(p, nu) with a customer's own nu ~ Gamma(q, v), independent of how often they
/// buy: look at `correlation` before trusting it.
class GammaGamma {
 public:
  /// Maximum likelihood; independent of order. kInvalid for fewer than 10 customers with repeats
  /// and a positive mean, or when all means are equal.
  static Result<GammaGamma> Fit(std::vector<PurchaseValue> customers);
  /// Known parameters; kInvalid unless all are positive.
  static Result<GammaGamma> Of(double p, double q, double v);

  [[nodiscard]] double p() const { return p_[0]; }
  [[nodiscard]] double q() const { return p_[1]; }
  [[nodiscard]] double v() const { return p_[2]; }
  [[nodiscard]] const std::vector<FittedParameter>& parameters() const { return parameters_; }
  [[nodiscard]] double log_likelihood() const { return log_likelihood_; }
  [[nodiscard]] double aic() const { return 6 - 2 * log_likelihood_; }
  /// Customers in the fit.
  [[nodiscard]] double customers() const { return customers_; }
  /// False when the maximum lies on a boundary: values do not differ as the model has it.
  [[nodiscard]] bool identified() const { return identified_; }
  /// Pearson's correlation of repeats and mean value over those customers.
  [[nodiscard]] double correlation() const { return correlation_; }

  /// The mean over the population, p v / (q - 1); where q <= 1 it has none, and the median's
  /// stand-in p v / q is given instead (see HasMean).
  [[nodiscard]] double PopulationValue() const;
  [[nodiscard]] bool HasMean() const { return q() > 1; }
  /// The expected value of one purchase: the customer's own mean, shrunk towards the population's.
  [[nodiscard]] double ExpectedValue(const PurchaseValue& customer) const;

  [[nodiscard]] Json ToJson() const;
  static Result<GammaGamma> FromJson(const Json& json);

 private:
  GammaGamma() = default;

  std::array<double, 3> p_{};
  std::vector<FittedParameter> parameters_;
  double log_likelihood_ = 0;
  double customers_ = 0;
  double correlation_ = 0;
  bool identified_ = true;
};

}  // namespace signet::pipelines
