/// The published summary of CDNOW's sample, where ../shared/data is.
#pragma once

#include <filesystem>
#include <vector>

#include "pipelines/math/gamma_gamma.h"
#include "pipelines/math/purchase_history.h"

namespace signet::pipelines {

/// Weeks, calibration to 1997-09-30; the lines of cdnow_customers_summary.csv.
std::vector<PurchaseHistory> CdnowSummary(const std::filesystem::path& path);

/// Customers drawn from BG/NBD, by seed: portable, so that tests mean the same everywhere.
/// drop_a = 0: nobody drops out. `k` beats per purchase. Observed between half of `weeks` and all.
struct SimulatedCustomers {
  size_t customers = 2000;
  double r = 0.8, alpha = 6, drop_a = 0.8, drop_b = 2.5, weeks = 52;
  int k = 1;
  uint64_t seed = 1;
};
std::vector<PurchaseHistory> Simulate(const SimulatedCustomers& options);

/// Customers drawn from Gamma-Gamma, with 1 to 6 repeats, by seed.
std::vector<PurchaseValue> SimulateValues(
    size_t count, double p, double q, double v, uint64_t seed);

}  // namespace signet::pipelines
