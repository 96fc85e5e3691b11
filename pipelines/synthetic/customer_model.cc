#include "pipelines/synthetic/customer_model.h"

#include <algorithm>
#include <cmath>

namespace signet::pipelines::synthetic {

namespace {

constexpr double kYear = 365.25;
constexpr double kPi = 3.14159265358979323846;
constexpr uint64_t kDrawStream = 1;
constexpr uint64_t kActStream = 2;
constexpr double kStepDaysMax = 7.0;

double LastBefore(const std::vector<double>& times, double moment, double otherwise) {
  const auto after = std::lower_bound(times.begin(), times.end(), moment);
  return after == times.begin() ? otherwise : std::max(otherwise, *(after - 1));
}

}  // namespace

Json ModelParameters::ToJson() const {
  return Json::Of({{"rate_shape", rate_shape},
                   {"rate_rate_days", rate_rate},
                   {"dropout_shape", dropout_shape},
                   {"dropout_rate_days", dropout_rate},
                   {"season_amplitude", season_amplitude},
                   {"season_peak_day", season_peak_day},
                   {"lines_mean", lines_mean},
                   {"units_mean", units_mean},
                   {"size_sigma", size_sigma},
                   {"size_sigma_between", size_sigma_between},
                   {"elasticity_shape", elasticity_shape},
                   {"elasticity_rate", elasticity_rate},
                   {"browse_shape", browse_shape},
                   {"browse_rate", browse_rate},
                   {"offer_intercept", offer_intercept},
                   {"offer_slope", offer_slope},
                   {"return_share", return_share},
                   {"experiment_lift", experiment_lift},
                   {"experiment_exposed_share", experiment_exposed_share},
                   {"experiment_first_day", experiment_first_day},
                   {"experiment_last_day", experiment_last_day},
                   {"experiment_treated_share", experiment_treated_share}});
}

Customer CustomerModel::Draw(uint64_t seed, uint64_t index) const {
  const ModelParameters& p = parameters_;
  Random random(seed, kDrawStream, index);
  Customer c;
  c.index = index;
  // A third was there at the start; the others joined evenly until 30 days before as_of.
  const double last_join = std::max(span_.start, span_.as_of - 30.0);
  const double join = random.Uniform();
  c.joined = join < 1.0 / 3.0
                 ? span_.start + random.Uniform() * std::min(30.0, last_join - span_.start)
                 : span_.start + (join - 1.0 / 3.0) * 1.5 * (last_join - span_.start);
  c.rate = std::max(1e-6, random.Gamma(p.rate_shape, p.rate_rate));
  c.dropout_rate = std::max(1e-7, random.Gamma(p.dropout_shape, p.dropout_rate));
  c.dropped = c.joined + random.Exponential(c.dropout_rate);
  c.browse_rate = c.rate * random.Gamma(p.browse_shape, p.browse_rate);
  c.size_level = p.size_sigma_between * random.Normal();
  c.elasticity = std::min(6.0, random.Gamma(p.elasticity_shape, p.elasticity_rate));
  c.offer_taste = random.Normal();
  c.view_chance = 0.1 + 0.7 * random.Uniform();
  c.online_share = random.Uniform() * random.Uniform() + 0.1;
  const bool treated = random.Chance(p.experiment_treated_share);
  const bool reached = random.Chance(p.experiment_exposed_share);
  const double delay = 0.1 + 6.0 * random.Uniform();
  if (c.joined < experiment_start() && experiment_start() >= span_.start) {
    c.arm = treated ? Arm::kTreatment : Arm::kControl;
    if (reached) c.exposed = experiment_start() + delay;
  }
  return c;
}

namespace {

/// The times of a Poisson process after `from` and before `until`.
template <typename Visit>
void ForArrivals(Random& random, double from, double until, double rate, Visit visit) {
  double t = from + random.Exponential(rate);
  while (t < until) {
    visit(t);
    t += random.Exponential(rate);
  }
}

}  // namespace

void CustomerModel::Act(const Customer& c, uint64_t seed, Activity& activity) const {
  Random random(seed, kActStream, c.index);
  activity.purchases.clear();
  activity.sessions.clear();
  const double end = std::min(c.dropped, span_.as_of + span_.horizon);
  activity.purchases.push_back(c.joined);
  const double top = 1.0 + parameters_.season_amplitude;
  // Thinned by the season (Lewis and Shedler 1979).
  const auto buy = [&](double t) {
    if (random.Uniform() * top < Season(t)) activity.purchases.push_back(t);
  };
  ForArrivals(random, c.joined, end, c.rate * top, buy);
  if (c.arm == Arm::kTreatment && c.exposed > 0) {
    const double stop = std::min(end, experiment_end());
    const double extra = c.rate * parameters_.experiment_lift * top;
    ForArrivals(random, c.exposed, stop, extra, buy);
    std::sort(activity.purchases.begin(), activity.purchases.end());
  }
  ForArrivals(
      random, c.joined, end, c.browse_rate, [&](double t) { activity.sessions.push_back(t); });
}

double CustomerModel::Season(double t) const {
  return 1.0 +
         parameters_.season_amplitude * PortableCosTurns((t - parameters_.season_peak_day) / kYear);
}

double CustomerModel::SeasonIntegral(double from, double to) const {
  if (to <= from) return 0;
  // sin(2 pi x) = cos(2 pi (x - 1/4)).
  const double a = (from - parameters_.season_peak_day) / kYear - 0.25;
  const double b = (to - parameters_.season_peak_day) / kYear - 0.25;
  return to - from +
         parameters_.season_amplitude * kYear / (2.0 * kPi) *
             (PortableCosTurns(b) - PortableCosTurns(a));
}

double CustomerModel::LiftIntegral(const Customer& c, double from, double to) const {
  if (c.arm != Arm::kTreatment || c.exposed <= 0) return 0;
  return parameters_.experiment_lift *
         SeasonIntegral(std::max(from, c.exposed), std::min(to, experiment_end()));
}

CustomerTruth CustomerModel::TruthAt(const Customer& c,
                                     const Activity& activity,
                                     double moment) const {
  CustomerTruth truth;
  truth.alive = c.joined < moment && c.dropped >= moment;
  const double mu = c.dropout_rate;
  // History: how likely is it that the silence since the last sign of life is drop-out?
  const double last = std::max(LastBefore(activity.purchases, moment, c.joined),
                               LastBefore(activity.sessions, moment, c.joined));
  const int steps = static_cast<int>((moment - last) / kStepDaysMax) + 1;
  const double step = (moment - last) / steps;
  double integral = 0;
  double survival = 1;
  for (int k = 1; k <= steps; ++k) {
    const double u = last + step * k;
    const double hazard =
        c.rate * (SeasonIntegral(last, u) + LiftIntegral(c, last, u)) + c.browse_rate * (u - last);
    const double next = PortableExp(-mu * (u - last) - hazard);
    integral += 0.5 * step * mu * (survival + next);
    survival = next;
  }
  truth.alive_chance = survival + integral > 0 ? survival / (survival + integral) : 0;
  // Future: no purchase means silence until drop-out, or until the horizon.
  const int ahead = static_cast<int>(span_.horizon / kStepDaysMax) + 1;
  const double stride = span_.horizon / ahead;
  double silent = 0;
  double bought = 0;
  double quiet = mu;             // mu exp(-mu u - Lambda(u)) at u
  double flow = Season(moment);  // w(u) exp(-mu u) at u
  for (int k = 1; k <= ahead; ++k) {
    const double u = stride * k;
    const double gone = PortableExp(-mu * u);
    const double next_quiet = mu * gone * PortableExp(-c.rate * SeasonIntegral(moment, moment + u));
    const double next_flow = Season(moment + u) * gone;
    silent += 0.5 * stride * (quiet + next_quiet);
    bought += 0.5 * stride * c.rate * (flow + next_flow);
    quiet = next_quiet;
    flow = next_flow;
  }
  silent += quiet / mu;
  truth.churn_chance = 1.0 - truth.alive_chance * (1.0 - silent);
  truth.expected_purchases = truth.alive_chance * bought;
  return truth;
}

}  // namespace signet::pipelines::synthetic
