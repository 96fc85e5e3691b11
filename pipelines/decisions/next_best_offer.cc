#include "pipelines/decisions/next_best_offer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using Partitions = std::span<const std::vector<OfferCandidate>>;

Status CheckLimits(const std::vector<OfferTerms>& offers, const AllocationOptions& options) {
  for (const OfferTerms& terms : offers) {
    if (!(terms.cost >= 0) || !std::isfinite(terms.cost) || !(terms.uses_max >= 0)) {
      return Invalid("offer '" + terms.name + "' has a negative cost or limit");
    }
  }
  if (!(options.budget >= 0) || options.offers_per_customer < 1 || options.rounds < 1) {
    return Invalid("the budget must not be negative, and each customer gets at least one offer");
  }
  return OkStatus();
}

Status CheckPartition(std::span<const OfferCandidate> candidates, size_t offers) {
  for (size_t i = 0; i < candidates.size(); ++i) {
    const OfferCandidate& c = candidates[i];
    if (c.offer >= offers) return Invalid("a candidate names an unknown offer");
    if (!std::isfinite(c.value)) return Invalid("a candidate's value is missing or infinite");
    if (i == 0) continue;
    const OfferCandidate& before = candidates[i - 1];
    const bool rises =
        before.customer < c.customer || (before.customer == c.customer && before.offer < c.offer);
    if (!rises) return Invalid("candidates must ascend by customer and offer, each pair once");
  }
  return OkStatus();
}

/// No customer's pairs may lie in two partitions: each would take offers twice.
Status CheckApart(Partitions partitions) {
  std::vector<uint32_t> customers;
  for (const std::vector<OfferCandidate>& partition : partitions) {
    for (size_t i = 0; i < partition.size(); ++i) {
      const bool first = i == 0 || partition[i].customer != partition[i - 1].customer;
      if (first) customers.push_back(partition[i].customer);
    }
  }
  std::sort(customers.begin(), customers.end());
  if (std::adjacent_find(customers.begin(), customers.end()) == customers.end()) return OkStatus();
  return Invalid("a customer's candidates lie in two partitions");
}

/// Calls `take(position, reduced value)` for each customer's best offers that pay.
template <typename Take>
void ForEachChoice(std::span<const OfferCandidate> candidates,
                   std::span<const OfferTerms> offers,
                   const OfferPrices& prices,
                   int per_customer,
                   Take take) {
  std::vector<std::pair<double, size_t>> mine;
  for (size_t i = 0; i < candidates.size();) {
    mine.clear();
    const uint32_t customer = candidates[i].customer;
    for (; i < candidates.size() && candidates[i].customer == customer; ++i) {
      const double reduced = prices.Reduced(candidates[i], offers[candidates[i].offer]);
      if (reduced > 0) mine.emplace_back(-reduced, i);
    }
    const size_t most = std::min(mine.size(), static_cast<size_t>(per_customer));
    std::partial_sort(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(most), mine.end());
    for (size_t k = 0; k < most; ++k) take(mine[k].second, -mine[k].first);
  }
}

double CostOf(const OfferDemand& demand, const std::vector<OfferTerms>& offers) {
  double cost = 0;
  for (size_t o = 0; o < offers.size(); ++o) {
    cost += static_cast<double>(demand.uses[o]) * offers[o].cost;
  }
  return cost;
}

double BoundAt(const OfferDemand& demand,
               const std::vector<OfferTerms>& offers,
               const AllocationOptions& options,
               const OfferPrices& prices) {
  double bound = demand.surplus.Value();
  for (size_t o = 0; o < offers.size(); ++o) {
    if (std::isfinite(offers[o].uses_max)) bound += prices.offer[o] * offers[o].uses_max;
  }
  if (std::isfinite(options.budget)) bound += prices.budget * options.budget;
  return bound;
}

/// The step's scale: typical value of a pair, so that money in cents or millions behaves alike.
double ScaleOf(Partitions partitions) {
  double largest = 0;
  for (const std::vector<OfferCandidate>& partition : partitions) {
    for (const OfferCandidate& c : partition) largest = std::max(largest, std::fabs(c.value));
  }
  return largest > 0 ? largest : 1;
}

/// Moves each price by its relative excess demand; where there is none it falls to 0.
void Step(const OfferDemand& demand,
          const std::vector<OfferTerms>& offers,
          const AllocationOptions& options,
          double step,
          OfferPrices& prices) {
  for (size_t o = 0; o < offers.size(); ++o) {
    if (!std::isfinite(offers[o].uses_max)) continue;
    const double most = std::max(offers[o].uses_max, 1.0);
    const double excess =
        std::clamp((static_cast<double>(demand.uses[o]) - offers[o].uses_max) / most, -1.0, 1.0);
    prices.offer[o] = std::max(0.0, prices.offer[o] + step * excess);
  }
  if (!std::isfinite(options.budget)) return;
  double mean_cost = 0;
  for (const OfferTerms& terms : offers) mean_cost = std::max(mean_cost, terms.cost);
  if (mean_cost <= 0) return;
  const double most = std::max(options.budget, mean_cost);
  const double excess = std::clamp((CostOf(demand, offers) - options.budget) / most, -1.0, 1.0);
  prices.budget = std::max(0.0, prices.budget + step / mean_cost * excess);
}

/// A pair that pays, as the last step sees it.
struct Bid {
  double reduced = 0;
  OfferCandidate candidate;
  size_t position = 0;
};

std::vector<Bid> BidsOf(Partitions partitions,
                        const std::vector<OfferTerms>& offers,
                        const OfferPrices& prices) {
  std::vector<Bid> bids;
  size_t position = 0;
  for (const std::vector<OfferCandidate>& partition : partitions) {
    for (const OfferCandidate& c : partition) {
      const OfferTerms& terms = offers[c.offer];
      if (c.value > terms.cost) bids.push_back({prices.Reduced(c, terms), c, position});
      ++position;
    }
  }
  // The best first; ties by customer and offer, which no split of the customers changes.
  std::sort(bids.begin(), bids.end(), [](const Bid& a, const Bid& b) {
    if (a.reduced != b.reduced) return a.reduced > b.reduced;
    return a.candidate.customer != b.candidate.customer
               ? a.candidate.customer < b.candidate.customer
               : a.candidate.offer < b.candidate.offer;
  });
  return bids;
}

/// Takes pairs by what they pay, first at the final prices, then at none, while limits hold.
void TakeWhatFits(const std::vector<Bid>& bids,
                  const std::vector<OfferTerms>& offers,
                  const AllocationOptions& options,
                  Allocation& allocation) {
  std::unordered_map<uint32_t, int> given;
  allocation.uses.assign(offers.size(), 0);
  for (const Bid& bid : bids) {
    const OfferCandidate& c = bid.candidate;
    const OfferTerms& terms = offers[c.offer];
    const auto found = given.find(c.customer);
    const bool fits = (found == given.end() || found->second < options.offers_per_customer) &&
                      static_cast<double>(allocation.uses[c.offer]) + 1 <= terms.uses_max &&
                      allocation.cost + terms.cost <= options.budget;
    if (!fits) continue;
    ++given[c.customer];
    ++allocation.uses[c.offer];
    allocation.cost += terms.cost;
    allocation.value += c.value - terms.cost;
    allocation.chosen.push_back(bid.position);
  }
  std::sort(allocation.chosen.begin(), allocation.chosen.end());
}

}  // namespace

double OfferPrices::Reduced(const OfferCandidate& candidate, const OfferTerms& terms) const {
  return candidate.value - terms.cost * (1 + budget) - offer[candidate.offer];
}

void OfferDemand::Merge(const OfferDemand& other) {
  CHECK(uses.size() == other.uses.size());
  for (size_t o = 0; o < uses.size(); ++o) uses[o] += other.uses[o];
  surplus.Merge(other.surplus);
}

OfferDemand DemandAt(std::span<const OfferCandidate> partition,
                     std::span<const OfferTerms> offers,
                     const OfferPrices& prices,
                     int offers_per_customer) {
  OfferDemand demand;
  demand.uses.assign(offers.size(), 0);
  ForEachChoice(partition, offers, prices, offers_per_customer, [&](size_t i, double reduced) {
    ++demand.uses[partition[i].offer];
    demand.surplus.Add(reduced);
  });
  return demand;
}

Result<Allocation> AllocateOffersOver(Partitions partitions,
                                      const std::vector<OfferTerms>& offers,
                                      const AllocationOptions& options) {
  TRY(CheckLimits(offers, options));
  for (const std::vector<OfferCandidate>& partition : partitions) {
    TRY(CheckPartition(partition, offers.size()));
  }
  TRY(CheckApart(partitions));
  OfferPrices prices{std::vector<double>(offers.size(), 0), 0};
  OfferPrices best = prices;
  double bound = std::numeric_limits<double>::infinity();
  const double scale = ScaleOf(partitions);
  constexpr double kReach = 0.5;
  for (int round = 0; round < options.rounds; ++round) {
    OfferDemand demand;
    demand.uses.assign(offers.size(), 0);
    for (const std::vector<OfferCandidate>& partition : partitions) {
      demand.Merge(DemandAt(partition, offers, prices, options.offers_per_customer));
    }
    const double now = BoundAt(demand, offers, options, prices);
    if (now < bound) {
      bound = now;
      best = prices;
    }
    Step(demand, offers, options, scale * kReach / std::sqrt(1.0 + round), prices);
  }
  Allocation allocation;
  allocation.prices = best.offer;
  allocation.budget_price = best.budget;
  const std::vector<Bid> bids = BidsOf(partitions, offers, best);
  TakeWhatFits(bids, offers, options, allocation);
  const bool none = std::all_of(partitions.begin(), partitions.end(), [](const auto& partition) {
    return partition.empty();
  });
  allocation.bound = none ? 0 : bound;
  return allocation;
}

Result<Allocation> AllocateOffers(const std::vector<OfferCandidate>& candidates,
                                  const std::vector<OfferTerms>& offers,
                                  const AllocationOptions& options) {
  return AllocateOffersOver({&candidates, 1}, offers, options);
}

}  // namespace signet::pipelines
