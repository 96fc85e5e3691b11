#include "pipelines/math/quantile_bands.h"

#include <algorithm>
#include <cmath>

namespace signet::pipelines {
namespace {

/// NaN out, the rest rising.
void KeepRising(std::vector<double>& values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
               values.end());
  std::sort(values.begin(), values.end());
}

/// Source: Hyndman and Fan, Sample quantiles in statistical packages (1996), definition 7.
double QuantileOf(const std::vector<double>& rising, double share) {
  const double at = share * static_cast<double>(rising.size() - 1);
  const auto below = static_cast<size_t>(at);
  const double low = rising[below];
  const double high = rising[std::min(below + 1, rising.size() - 1)];
  // Infinite values have no point between them.
  return low == high ? low : low + (high - low) * (at - static_cast<double>(below));
}

}  // namespace

std::vector<double> QuantileBounds(std::vector<double> values, size_t bands) {
  KeepRising(values);
  std::vector<double> bounds;
  if (values.empty()) return bounds;
  bounds.reserve(bands);
  for (size_t b = 1; b < bands; ++b) {
    bounds.push_back(QuantileOf(values, static_cast<double>(b) / static_cast<double>(bands)));
  }
  return bounds;
}

std::vector<double> DistinctQuantileBounds(std::vector<double> values, size_t bands) {
  KeepRising(values);
  std::vector<double> bounds = QuantileBounds(values, bands);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  // A band that ends where the values end would leave nothing above it.
  while (!bounds.empty() && bounds.back() >= values.back()) bounds.pop_back();
  return bounds;
}

size_t BandOf(double value, const std::vector<double>& bounds) {
  return static_cast<size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                             bounds.begin());
}

}  // namespace signet::pipelines
