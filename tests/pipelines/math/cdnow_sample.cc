#include "tests/pipelines/math/cdnow_sample.h"

#include <cmath>
#include <fstream>
#include <string>

#include "crypto/base/entropy.h"
#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

class Draw {
 public:
  explicit Draw(uint64_t seed) : entropy_(seed) {}
  double Uniform() { return (static_cast<double>(entropy_.Next() >> 11) + 0.5) * 0x1.0p-53; }
  double Exponential() { return -std::log(Uniform()); }
  double Normal() { return std::sqrt(-2 * std::log(Uniform())) * std::cos(2 * M_PI * Uniform()); }
  /// Marsaglia and Tsang.
  double Gamma(double shape) {
    if (shape < 1) return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
    const double d = shape - 1.0 / 3;
    while (true) {
      const double z = Normal();
      const double v = std::pow(1 + z / std::sqrt(9 * d), 3);
      if (v > 0 && std::log(Uniform()) < z * z / 2 + d - d * v + d * std::log(v)) return d * v;
    }
  }

 private:
  SeededEntropy entropy_;
};

}  // namespace

std::vector<PurchaseHistory> CdnowSummary(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::vector<PurchaseHistory> customers;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = Split(Trim(line), ',');
    customers.push_back(
        {*DoubleFromText(cells[1]), *DoubleFromText(cells[2]), *DoubleFromText(cells[3])});
  }
  return customers;
}

std::vector<PurchaseHistory> Simulate(const SimulatedCustomers& o) {
  Draw draw(o.seed);
  std::vector<PurchaseHistory> customers;
  for (size_t i = 0; i < o.customers; ++i) {
    const double rate = draw.Gamma(o.r) / o.alpha;
    double leave = 0;
    if (o.drop_a > 0) {
      const double a = draw.Gamma(o.drop_a);
      leave = a / (a + draw.Gamma(o.drop_b));
    }
    PurchaseHistory c;
    c.observed = o.weeks * (0.5 + 0.5 * draw.Uniform());
    double time = 0;
    while (true) {
      double gap = 0;
      for (int beat = 0; beat < o.k; ++beat) gap += draw.Exponential() / rate;
      if (time + gap > c.observed) break;
      time += gap;
      ++c.repeats;
      c.recency = time;
      c.log_gaps += std::log(gap);
      if (draw.Uniform() < leave) break;
    }
    customers.push_back(c);
  }
  return customers;
}

std::vector<PurchaseValue> SimulateValues(
    size_t count, double p, double q, double v, uint64_t seed) {
  Draw draw(seed);
  std::vector<PurchaseValue> customers;
  for (size_t i = 0; i < count; ++i) {
    const double repeats = 1 + std::floor(draw.Uniform() * 6);
    const double nu = draw.Gamma(q) / v;
    customers.push_back({repeats, draw.Gamma(p * repeats) / (nu * repeats)});
  }
  return customers;
}

}  // namespace signet::pipelines
