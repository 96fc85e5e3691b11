/// The stated model: what a customer is, when they buy and browse, and what an oracle knows.
///
/// Times are days (double) since 1970-01-01; rates are per day.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/synthetic/portable_random.h"

namespace signet::pipelines::synthetic {

/// The parameters of the model (formulas: generate.h). All of them are in truth.json.
struct ModelParameters {
  double rate_shape = 1.2;          ///< r
  double rate_rate = 60.0;          ///< alpha, days: mean 0.02 purchases a day
  double dropout_shape = 1.5;       ///< r'
  double dropout_rate = 600.0;      ///< beta, days
  double season_amplitude = 0.25;   ///< a
  double season_peak_day = 344.0;   ///< of the year
  double lines_mean = 1.2;          ///< k
  double units_mean = 0.4;          ///< q
  double size_sigma = 0.35;         ///< s
  double size_sigma_between = 0.5;  ///< s_m
  double elasticity_shape = 2.0;    ///< e_i ~ Gamma
  double elasticity_rate = 1.0;
  double browse_shape = 2.0;  ///< g_i ~ Gamma, mean 1.1 sessions per purchase
  double browse_rate = 1.8;
  double offer_intercept = -0.6;  ///< b0
  double offer_slope = 1.5;       ///< b1
  double return_share = 0.03;     ///< of orders, returned whole
  double experiment_lift = 0.18;  ///< of the purchase rate of the treated and exposed
  double experiment_exposed_share = 0.8;
  double experiment_first_day = -150;  ///< relative to as_of
  double experiment_last_day = -105;
  double experiment_treated_share = 0.5;

  [[nodiscard]] Json ToJson() const;
};

/// The span of the data.
struct Span {
  double start = 0;
  double as_of = 0;
  double horizon = 90;  ///< days withheld after as_of
};

enum class Arm { kNone, kControl, kTreatment };

/// One customer's latent truth.
struct Customer {
  uint64_t index = 0;
  double joined = 0;
  double dropped = 0;       ///< may lie far in the future
  double rate = 0;          ///< lambda
  double dropout_rate = 0;  ///< mu
  double browse_rate = 0;   ///< nu
  double size_level = 0;    ///< m_i
  double elasticity = 0;    ///< e_i
  double offer_taste = 0;   ///< o_i
  double view_chance = 0;   ///< v_i
  double online_share = 0;
  Arm arm = Arm::kNone;
  double exposed = 0;  ///< time; 0 = never
};

/// A customer's purchases and browsing sessions up to as_of + horizon, ascending.
struct Activity {
  std::vector<double> purchases;
  std::vector<double> sessions;
};

/// What is true about a customer at a moment.
struct CustomerTruth {
  bool alive = false;             ///< not dropped out
  double alive_chance = 0;        ///< of one who knows parameters and history, not the drop-out
  double churn_chance = 0;        ///< no purchase within the horizon, given the same knowledge
  double expected_purchases = 0;  ///< within the horizon, given the same knowledge
};

class CustomerModel {
 public:
  CustomerModel(const ModelParameters& parameters, const Span& span)
      : parameters_(parameters), span_(span) {}

  [[nodiscard]] Customer Draw(uint64_t seed, uint64_t index) const;
  void Act(const Customer& customer, uint64_t seed, Activity& activity) const;
  /// Bayes' rule for exponential lifetimes with intensity h(t) = lambda w(t) (1 + lift) + nu since
  /// the last sign of life t_x (cf. Schmittlein et al. 1987, eq. 1, conditional on the parameters):
  ///   P(alive at T) = S(T) / (S(T) + integral_{t_x}^{T} mu exp(-mu (u - t_x) - H(t_x, u)) du),
  ///   S(T) = exp(-mu (T - t_x) - H(t_x, T)), by the trapezoid rule with steps of at most 7 days.
  [[nodiscard]] CustomerTruth TruthAt(const Customer& customer,
                                      const Activity& activity,
                                      double moment) const;
  /// w(t).
  [[nodiscard]] double Season(double t) const;
  /// Integral of w from `from` to `to`.
  [[nodiscard]] double SeasonIntegral(double from, double to) const;
  /// Integral over the experiment's effect on the customer's rate, as a multiple of lambda.
  [[nodiscard]] double LiftIntegral(const Customer& customer, double from, double to) const;

  [[nodiscard]] double experiment_start() const {
    return span_.as_of + parameters_.experiment_first_day;
  }
  [[nodiscard]] double experiment_end() const {
    return span_.as_of + parameters_.experiment_last_day;
  }
  [[nodiscard]] const ModelParameters& parameters() const { return parameters_; }
  [[nodiscard]] const Span& span() const { return span_; }

 private:
  ModelParameters parameters_;
  Span span_;
};

}  // namespace signet::pipelines::synthetic
