/// Writes the demo business: an omnichannel retailer with a loyalty programme, as plain files.
///
/// The model (all draws from generators keyed by (seed, customer), so the bytes do not depend on
/// the number of threads):
///  - Purchases: the Pareto/NBD of Schmittlein, Morrison and Colombo, "Counting Your Customers",
///    Management Science 33(1), 1987. A customer joins at time s, buys as a Poisson process with
///    rate lambda ~ Gamma(r, alpha) until drop-out at s + tau, tau ~ Exponential(mu),
///    mu ~ Gamma(r', beta), independent of lambda.
///  - Season: an inhomogeneous process by thinning (Lewis and Shedler, Naval Research Logistics
///    Quarterly 26, 1979) of rate lambda * w(t), w(t) = 1 + a cos(2 pi (day of year - peak) / 365.25).
///  - Spend: basket value ~ Lognormal(m_i, s), m_i ~ Normal(m, s_m) per customer (the gamma-gamma
///    model's two levels, Fader, Hardie and Lee 2005, with a lognormal so that E is closed:
///    E = exp(m_i + s^2 / 2)).
///  - Price: quantity of a product is scaled by (1 - d)^(-e_i) under discount d, with elasticity
///    e_i ~ Gamma; offers are redeemed with probability logit^-1(b0 + b1 o_i), o_i ~ Normal(0, 1).
///  - Experiment: treated and exposed customers buy at rate lambda * (1 + lift) in its window.
///
/// What is true but not observable goes to truth/customers.csv and truth.json, never into the input
/// files: the oracle by which churn (AUC) and CLV (rank correlation) are judged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// What to generate. The same options (less `threads`) give the same bytes.
struct GenerateOptions {
  uint64_t customers = 10'000;  ///< 1 to 20,000,000
  uint64_t seed = 1;
  std::filesystem::path out;    ///< made if absent; files of an earlier generation are replaced
  /// Plants kCanary in every identifier and free-text field.
  bool canaries = false;
  Timestamp start{1'672'531'200'000'000};  ///< 2023-01-01
  /// The end of the data: nothing happens at or after it except the withheld future (truth only).
  Timestamp end{1'735'689'600'000'000};    ///< 2025-01-01
  int horizon_days = 90;  ///< the truth looks this far: as_of = end - horizon
  int threads = 2;        ///< no influence on the bytes
};

/// The marker that `canaries` plants: upper-case letters, so that it survives as a name, and in
/// e-mails and ids in lower case (kCanaryLower).
inline constexpr char kCanary[] = "SIGNETCANARY";
inline constexpr char kCanaryLower[] = "signetcanary";

/// Share done, 0 to 1; called from any of the generator's threads, one at a time.
using GenerateProgress = std::function<void(double)>;

/// Writes under `options.out`:
///   crm.csv, web-<k>.jsonl, transactions-store-<k>.csv, transactions-online-<k>.csv,
///   products.csv, offers.csv, offer_events.csv, experiment_assignments.csv,
///   experiment_exposures.csv, truth.json, truth/customers.csv.
/// kInvalid for options out of range, kUnavailable for the disk (with a remedy).
Status Generate(const GenerateOptions& options, const GenerateProgress& progress = {});

}  // namespace signet::pipelines
