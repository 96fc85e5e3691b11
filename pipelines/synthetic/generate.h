/// Writes the demo business: an omnichannel retailer with a loyalty programme, as plain files.
///
/// The model (all draws from generators keyed by (seed, customer), so the bytes do not depend on
/// the number of threads):
///  - Purchases: the Pareto/NBD of Schmittlein, Morrison and Colombo, "Counting Your Customers",
///    Management Science 33(1), 1987. A customer joins at time s with a first purchase, then buys
///    as a Poisson process of rate lambda ~ Gamma(r, alpha) until drop-out at s + tau, tau ~
///    Exponential(mu), mu ~ Gamma(r', beta), independent of lambda.
///  - Season: rate lambda w(t), w(t) = 1 + a cos(2 pi (t - peak) / 365.25 d), drawn by thinning
///  (Lewis
///    and Shedler, Naval Research Logistics Quarterly 26, 1979).
///  - Spend: a basket has 1 + Poisson(k) lines; a line's unit price is the product's list price
///  times
///    a size ~ Lognormal(m_i, s), m_i ~ Normal(0, s_m): heterogeneity between and within customers,
///    as in the gamma-gamma model (Fader, Hardie and Lee, Journal of Marketing Research 42, 2005).
///  - Price: under a shelf discount d a line has 1 + Poisson(q (1 - d)^-e_i) units, with elasticity
///    e_i ~ Gamma. Offers are sent to all, seen with probability v_i, and redeemed by an order in
///    their window with probability 1 / (1 + exp(-(b0 + b1 o_i))), o_i ~ Normal(0, 1).
///  - Web: browsing sessions are a Poisson process of rate nu_i = lambda_i g_i, g_i ~ Gamma, until
///    drop-out; an online order ends a session of its own.
///  - Experiment: a treated customer, once exposed, buys at rate lambda w(t) (1 + lift) to the end
///  of
///    its window (a second, independent Poisson process). The control group's exposures are logged
///    at the moments when they would have been treated.
///
/// What is true but not observable goes to truth/customers.csv and truth.json, never into the input
/// files: the oracle by which churn (AUC) and CLV (rank correlation) are judged. See truth.h.
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
  std::filesystem::path out;  ///< made if absent; files of an earlier generation are replaced
  /// Plants kCanary in every identifier and free-text field.
  bool canaries = false;
  Timestamp start{1'704'067'200'000'000};  ///< 2024-01-01; a whole day
  /// 2026-01-01; a whole day, truth.json's `as_of`: the files hold nothing at or after it. The
  /// withheld `horizon_days` after it are in the truth alone.
  Timestamp end{1'767'225'600'000'000};
  int horizon_days = 90;
  int threads = 2;  ///< no influence on the bytes
};

/// The marker that `canaries` plants: upper-case letters, so that it survives as a name, and in
/// e-mails and ids in lower case (kCanaryLower).
inline constexpr char kCanary[] = "SIGNETCANARY";
inline constexpr char kCanaryLower[] = "signetcanary";

/// Share done, 0 to 1; called from any of the generator's threads, one at a time.
using GenerateProgress = std::function<void(double)>;

/// Writes under `options.out`:
///   crm.csv, web-<k>.jsonl, transactions-store-<k>.csv, transactions-online-<k>.csv (k = 1 to 4:
///   equal spans of time), products.csv, offers.csv, offer_events.csv, experiment_assignments.csv,
///   experiment_exposures.csv, truth.json, truth/customers.csv.
/// kInvalid for options out of range, kUnavailable for the disk (with a remedy).
Status Generate(const GenerateOptions& options, const GenerateProgress& progress = {});

}  // namespace signet::pipelines
