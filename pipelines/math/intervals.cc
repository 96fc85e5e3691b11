#include "pipelines/math/intervals.h"

#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {

Json Rounded(double value, int digits) {
  if (!std::isfinite(value)) return {};
  char text[64];
  const auto written =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, digits - 1);
  double rounded = 0;
  std::from_chars(text, written.ptr, rounded);
  return rounded;
}

Json Estimate::ToJson() const {
  return Json::Of({{"value", Rounded(value)}, {"low", Rounded(low)}, {"high", Rounded(high)}});
}

Estimate NormalEstimate(double value, double error, double confidence) {
  const double reach = NormalQuantile(0.5 + confidence / 2) * error;
  return {value, value - reach, value + reach};
}

Estimate MeanEstimate(std::span<const double> values, double confidence) {
  if (values.empty()) return {};
  const double error = std::sqrt(VarianceOf(values) / static_cast<double>(values.size()));
  return NormalEstimate(MeanOf(values), error, confidence);
}

Estimate RatioEstimate(std::span<const double> top,
                       std::span<const double> bottom,
                       double confidence) {
  CHECK(top.size() == bottom.size());
  const double denominator = SumOf(bottom);
  if (denominator == 0 || top.size() < 2) return {};
  const double ratio = SumOf(top) / denominator;
  std::vector<double> residuals(top.size());
  for (size_t i = 0; i < top.size(); ++i) residuals[i] = top[i] - ratio * bottom[i];
  const auto n = static_cast<double>(top.size());
  const double error = std::sqrt(VarianceOf(residuals) * n) / std::fabs(denominator);
  return NormalEstimate(ratio, error, confidence);
}

}  // namespace signet::pipelines
