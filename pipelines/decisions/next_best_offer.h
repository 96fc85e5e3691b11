/// Next best offer: who gets what under budgets, by dual prices.
///
/// Works on eligible pairs only: consent, eligibility and frequency caps have left the others out
/// before. Each round is one pass over the pairs at given prices and gives back the demand per
/// offer, which adds up over partitions; only prices travel back. The result is the same however
/// the customers are split.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {

/// One eligible pair.
struct OfferCandidate {
  uint32_t customer = 0;
  uint32_t offer = 0;
  double value = 0;  ///< expected incremental value, before the offer's cost
};

struct OfferTerms {
  std::string name;
  double cost = 0;  ///< expected, per customer who gets it
  double uses_max = std::numeric_limits<double>::infinity();
};

struct AllocationOptions {
  double budget = std::numeric_limits<double>::infinity();  ///< sum of costs
  int offers_per_customer = 1;
  int rounds = 300;  ///< passes over the pairs
};

/// What customers would take at given prices: counts and an exact sum, so that partitions add up.
struct OfferDemand {
  std::vector<uint64_t> uses;  ///< per offer
  ExactSum surplus;            ///< of the reduced values taken

  void Merge(const OfferDemand& other);
};

/// The prices that a round sends out.
struct OfferPrices {
  std::vector<double> offer;  ///< what one more use is worth
  double budget = 0;          ///< what one more unit of money is worth

  [[nodiscard]] double Reduced(const OfferCandidate& candidate, const OfferTerms& terms) const;
};

/// One partition's answer to a round: one pass over its pairs.
OfferDemand DemandAt(std::span<const OfferCandidate> partition,
                     std::span<const OfferTerms> offers,
                     const OfferPrices& prices,
                     int offers_per_customer);

struct Allocation {
  std::vector<size_t> chosen;  ///< positions of candidates, partition after partition, ascending
  std::vector<double> prices;  ///< per offer: what one more use is worth
  double budget_price = 0;     ///< what one more unit of money is worth
  double value = 0;            ///< sum of value - cost over the chosen
  double cost = 0;
  double bound = 0;  ///< no allocation is worth more (Lagrangian dual)
  std::vector<uint64_t> uses;
};

/// Candidates grouped by ascending customer; no pair twice. Maximises the sum of value - cost under
/// the offers' uses, the budget and the number of offers per customer; nobody gets an offer that is
/// not worth its cost. Subgradient steps on the dual (Fisher 1981), then the pairs that pay most at
/// the final prices are taken while the limits hold. Deterministic; `bound - value` is the most
/// that was given away. kInvalid for unsorted or repeated pairs, unknown offers, values that are
/// not finite, or negative limits.
Result<Allocation> AllocateOffers(const std::vector<OfferCandidate>& candidates,
                                  const std::vector<OfferTerms>& offers,
                                  const AllocationOptions& options);

/// The same over partitions: each customer's pairs lie in one of them, ascending within it; the
/// customers' numbers are those of all. Prices, bound and what each customer gets do not depend on
/// the split. kInvalid also for a customer in two partitions.
Result<Allocation> AllocateOffersOver(std::span<const std::vector<OfferCandidate>> partitions,
                                      const std::vector<OfferTerms>& offers,
                                      const AllocationOptions& options);

}  // namespace signet::pipelines
