#include "pipelines/math/gamma_gamma.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/gamma_walk.h"
#include "pipelines/math/maximise.h"

namespace signet::pipelines {
namespace {

constexpr size_t kCustomersMin = 10;
constexpr std::array<const char*, 3> kNames = {"p", "q", "v"};
constexpr double kFlatError = 10;  // standard error of a logarithm

/// Sorted by repeats; what depends on the number of repeats alone is computed once for each run.
double MeanLogLikelihood(const std::vector<PurchaseValue>& sample,
                         std::span<const double> log_p,
                         std::span<double> gradient) {
  const double p = std::exp(log_p[0]);
  const double q = std::exp(log_p[1]);
  const double v = std::exp(log_p[2]);
  const double n = static_cast<double>(sample.size());
  double total = 0;
  std::array<double, 3> slope{};
  double x = -1;
  double value = 0;
  double d_p = 0;
  double d_q = 0;
  for (const PurchaseValue& c : sample) {
    if (c.repeats != x) {
      x = c.repeats;
      value = LogGamma(p * x + q) - LogGamma(p * x) - LogGamma(q) + p * x * std::log(x);
      const double common = Digamma(p * x + q);
      d_p = x * (common - Digamma(p * x) + std::log(x));
      d_q = common - Digamma(q);
    }
    const double log_z = std::log(c.mean_value);
    const double sum = v + x * c.mean_value;
    const double log_sum = std::log(sum);
    total += value + q * log_p[2] + (p * x - 1) * log_z - (p * x + q) * log_sum;
    slope[0] += d_p + x * (log_z - log_sum);
    slope[1] += d_q + log_p[2] - log_sum;
    slope[2] += q / v - (p * x + q) / sum;
  }
  const std::array<double, 3> natural = {p, q, v};
  for (size_t i = 0; i < 3; ++i) gradient[i] = slope[i] * natural[i] / n;
  return total / n;
}

double CorrelationOf(const std::vector<PurchaseValue>& sample) {
  std::vector<double> x;
  std::vector<double> z;
  for (const PurchaseValue& c : sample) {
    x.push_back(c.repeats);
    z.push_back(c.mean_value);
  }
  const double mean_x = MeanOf(x);
  const double mean_z = MeanOf(z);
  ExactSum cross;
  for (const PurchaseValue& c : sample) cross.Add((c.repeats - mean_x) * (c.mean_value - mean_z));
  const double spread = std::sqrt(VarianceOf(x) * VarianceOf(z));
  return spread > 0 ? cross.Value() / (static_cast<double>(x.size()) - 1) / spread : 0;
}

Maximum Climb(const Objective& objective) {
  const MaximiseOptions options;
  Maximum best;
  using Start = std::array<double, 2>;
  for (const Start& start : {Start{2, 3}, Start{0.5, 1.5}, Start{8, 8}}) {
    // Values are scaled to mean 1 = p v / (q - 1).
    const double v = (start[1] - 1) / start[0];
    Maximum found =
        Maximise(objective, {std::log(start[0]), std::log(start[1]), std::log(v)}, options);
    if (best.point.empty() || found.value > best.value + 1e-12) best = std::move(found);
  }
  return Polish(objective, best, options);
}

}  // namespace

Result<GammaGamma> GammaGamma::Fit(std::vector<PurchaseValue> customers) {
  customers.erase(std::remove_if(customers.begin(),
                                 customers.end(),
                                 [](const PurchaseValue& c) {
                                   return !(c.repeats > 0) || !(c.mean_value > 0) ||
                                          !std::isfinite(c.mean_value) || !std::isfinite(c.repeats);
                                 }),
                  customers.end());
  if (customers.size() < kCustomersMin) {
    return Invalid(
        "Gamma-Gamma needs at least 10 customers with repeat purchases of positive "
        "value, but there are " +
        std::to_string(customers.size()));
  }
  std::sort(customers.begin(), customers.end());
  GammaGamma model;
  model.customers_ = static_cast<double>(customers.size());
  model.correlation_ = CorrelationOf(customers);
  std::vector<double> values;
  values.reserve(customers.size());
  for (const PurchaseValue& c : customers) values.push_back(c.mean_value);
  const double scale = MeanOf(values);
  if (*std::min_element(values.begin(), values.end()) ==
      *std::max_element(values.begin(), values.end())) {
    return Invalid("Gamma-Gamma needs values that differ, but every customer has the same mean");
  }
  for (PurchaseValue& c : customers) c.mean_value /= scale;
  const Objective objective = [&](std::span<const double> point, std::span<double> gradient) {
    return MeanLogLikelihood(customers, point, gradient);
  };
  const Maximum best = Climb(objective);
  model.log_likelihood_ = model.customers_ * (best.value - std::log(scale));
  const std::vector<double> inverse = InverseOf(ObservedInformation(objective, best.point), 3);
  model.identified_ = !inverse.empty();
  for (size_t i = 0; i < 3; ++i) {
    model.p_[i] = std::exp(best.point[i]) * (i == 2 ? scale : 1);
    FittedParameter parameter{kNames[i], model.p_[i], {}};
    if (!inverse.empty()) {
      const double error = std::sqrt(inverse[i * 3 + i] / model.customers_);
      parameter.error = model.p_[i] * error;
      model.identified_ = model.identified_ && error < kFlatError;
    }
    model.parameters_.push_back(std::move(parameter));
  }
  if (!model.identified_) {
    for (FittedParameter& parameter : model.parameters_) parameter.error.reset();
  }
  return model;
}

Result<GammaGamma> GammaGamma::Of(double p, double q, double v) {
  GammaGamma model;
  model.p_ = {p, q, v};
  for (size_t i = 0; i < 3; ++i) {
    if (!(model.p_[i] > 0) || !std::isfinite(model.p_[i])) {
      return Invalid(std::string("Gamma-Gamma: the parameter ") + kNames[i] + " must be positive");
    }
    model.parameters_.push_back({kNames[i], model.p_[i], {}});
  }
  return model;
}

double GammaGamma::PopulationValue() const {
  return p() * v() / (HasMean() ? q() - 1 : q());
}

double GammaGamma::ExpectedValue(const PurchaseValue& customer) const {
  const double x = std::max(0.0, customer.repeats);
  // A mean that is not positive (free goods, returns) tells nothing under this model.
  if (x == 0 || !(customer.mean_value > 0)) return PopulationValue();
  const double weight = p() * x + q() - 1;
  if (!(weight > 0)) return PopulationValue();
  return p() * (v() + x * customer.mean_value) / weight;
}

Json GammaGamma::ToJson() const {
  return Json::Of({{"p", p()}, {"q", q()}, {"v", v()}, {"log_likelihood", log_likelihood_}});
}

Result<GammaGamma> GammaGamma::FromJson(const Json& json) {
  ASSIGN_OR_RETURN(GammaGamma model,
                   Of(json["p"].AsDouble(), json["q"].AsDouble(), json["v"].AsDouble()));
  model.log_likelihood_ = json["log_likelihood"].AsDouble();
  return model;
}

}  // namespace signet::pipelines
