#include "pipelines/decisions/next_best_offer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

struct Prices {
  std::vector<double> offer;
  double budget = 0;

  [[nodiscard]] double Reduced(const OfferCandidate& c, const OfferTerms& terms) const {
    return c.value - terms.cost * (1 + budget) - offer[c.offer];
  }
};

/// What the customers would take at the prices: adds up over partitions.
struct Demand {
  std::vector<double> uses;
  double cost = 0;
  double surplus = 0;  ///< sum of the reduced values taken
};

Status Check(const std::vector<OfferCandidate>& candidates,
             const std::vector<OfferTerms>& offers,
             const AllocationOptions& options) {
  for (const OfferTerms& terms : offers) {
    if (!(terms.cost >= 0) || !std::isfinite(terms.cost) || !(terms.uses_max >= 0)) {
      return Invalid("offer '" + terms.name + "' has a negative cost or limit");
    }
  }
  if (!(options.budget >= 0) || options.offers_per_customer < 1 || options.rounds < 1) {
    return Invalid("the budget must not be negative, and each customer gets at least one offer");
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const OfferCandidate& c = candidates[i];
    if (c.offer >= offers.size()) return Invalid("a candidate names an unknown offer");
    if (!std::isfinite(c.value)) return Invalid("a candidate's value is missing or infinite");
    if (i == 0) continue;
    const OfferCandidate& before = candidates[i - 1];
    const bool rises =
        before.customer < c.customer || (before.customer == c.customer && before.offer < c.offer);
    if (!rises) return Invalid("candidates must ascend by customer and offer, each pair once");
  }
  return OkStatus();
}

/// Calls `take(position, reduced value)` for each customer's best offers that pay.
template <typename Take>
void ForEachChoice(const std::vector<OfferCandidate>& candidates,
                   const std::vector<OfferTerms>& offers,
                   const Prices& prices,
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

Demand DemandAt(const std::vector<OfferCandidate>& candidates,
                const std::vector<OfferTerms>& offers,
                const Prices& prices,
                int per_customer) {
  Demand demand;
  demand.uses.assign(offers.size(), 0);
  ForEachChoice(candidates, offers, prices, per_customer, [&](size_t i, double reduced) {
    const uint32_t offer = candidates[i].offer;
    ++demand.uses[offer];
    demand.cost += offers[offer].cost;
    demand.surplus += reduced;
  });
  return demand;
}

double BoundAt(const Demand& demand,
               const std::vector<OfferTerms>& offers,
               const AllocationOptions& options,
               const Prices& prices) {
  double bound = demand.surplus;
  for (size_t o = 0; o < offers.size(); ++o) {
    if (std::isfinite(offers[o].uses_max)) bound += prices.offer[o] * offers[o].uses_max;
  }
  if (std::isfinite(options.budget)) bound += prices.budget * options.budget;
  return bound;
}

/// The step's scale: typical value of a pair, so that money in cents or millions behaves alike.
double ScaleOf(const std::vector<OfferCandidate>& candidates) {
  double largest = 0;
  for (const OfferCandidate& c : candidates) largest = std::max(largest, std::fabs(c.value));
  return largest > 0 ? largest : 1;
}

/// Moves each price by its relative excess demand; where there is none it falls to 0.
void Step(const Demand& demand,
          const std::vector<OfferTerms>& offers,
          const AllocationOptions& options,
          double step,
          Prices& prices) {
  for (size_t o = 0; o < offers.size(); ++o) {
    if (!std::isfinite(offers[o].uses_max)) continue;
    const double most = std::max(offers[o].uses_max, 1.0);
    const double excess = std::clamp((demand.uses[o] - offers[o].uses_max) / most, -1.0, 1.0);
    prices.offer[o] = std::max(0.0, prices.offer[o] + step * excess);
  }
  if (!std::isfinite(options.budget)) return;
  double mean_cost = 0;
  for (const OfferTerms& terms : offers) mean_cost = std::max(mean_cost, terms.cost);
  if (mean_cost <= 0) return;
  const double most = std::max(options.budget, mean_cost);
  const double excess = std::clamp((demand.cost - options.budget) / most, -1.0, 1.0);
  prices.budget = std::max(0.0, prices.budget + step / mean_cost * excess);
}

/// Takes pairs by what they pay, first at the final prices, then at none, while limits hold.
void TakeWhatFits(const std::vector<OfferCandidate>& candidates,
                  const std::vector<OfferTerms>& offers,
                  const AllocationOptions& options,
                  const Prices& prices,
                  Allocation& allocation) {
  std::vector<size_t> order;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].value > offers[candidates[i].offer].cost) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const double left = prices.Reduced(candidates[a], offers[candidates[a].offer]);
    const double right = prices.Reduced(candidates[b], offers[candidates[b].offer]);
    return left != right ? left > right : a < b;
  });
  const uint32_t customers = candidates.empty() ? 0 : candidates.back().customer + 1;
  std::vector<int> given(customers, 0);
  allocation.uses.assign(offers.size(), 0);
  for (const size_t i : order) {
    const OfferCandidate& c = candidates[i];
    const OfferTerms& terms = offers[c.offer];
    const bool fits = given[c.customer] < options.offers_per_customer &&
                      static_cast<double>(allocation.uses[c.offer]) + 1 <= terms.uses_max &&
                      allocation.cost + terms.cost <= options.budget;
    if (!fits) continue;
    ++given[c.customer];
    ++allocation.uses[c.offer];
    allocation.cost += terms.cost;
    allocation.value += c.value - terms.cost;
    allocation.chosen.push_back(i);
  }
  std::sort(allocation.chosen.begin(), allocation.chosen.end());
}

}  // namespace

Result<Allocation> AllocateOffers(const std::vector<OfferCandidate>& candidates,
                                  const std::vector<OfferTerms>& offers,
                                  const AllocationOptions& options) {
  TRY(Check(candidates, offers, options));
  Prices prices{std::vector<double>(offers.size(), 0), 0};
  Prices best = prices;
  double bound = std::numeric_limits<double>::infinity();
  const double scale = ScaleOf(candidates);
  double reach = 0.5;
  for (int round = 0; round < options.rounds; ++round) {
    const Demand demand = DemandAt(candidates, offers, prices, options.offers_per_customer);
    const double now = BoundAt(demand, offers, options, prices);
    if (now < bound) {
      bound = now;
      best = prices;
    }
    Step(demand, offers, options, scale * reach / std::sqrt(1.0 + round), prices);
  }
  Allocation allocation;
  allocation.prices = best.offer;
  allocation.budget_price = best.budget;
  allocation.bound = candidates.empty() ? 0 : bound;
  TakeWhatFits(candidates, offers, options, best, allocation);
  return allocation;
}

}  // namespace signet::pipelines
