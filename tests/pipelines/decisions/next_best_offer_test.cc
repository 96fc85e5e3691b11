#include "pipelines/decisions/next_best_offer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

/// The best allocation of one offer per customer, by trying all.
double BestByForce(const std::vector<OfferCandidate>& candidates,
                   const std::vector<OfferTerms>& offers,
                   double budget,
                   size_t from,
                   std::vector<double>& uses) {
  if (from == candidates.size()) return 0;
  size_t next = from;
  while (next < candidates.size() && candidates[next].customer == candidates[from].customer) ++next;
  double best = BestByForce(candidates, offers, budget, next, uses);
  for (size_t i = from; i < next; ++i) {
    const OfferTerms& terms = offers[candidates[i].offer];
    double& used = uses[candidates[i].offer];
    if (used + 1 > terms.uses_max || terms.cost > budget) continue;
    ++used;
    best = std::max(best,
                    candidates[i].value - terms.cost +
                        BestByForce(candidates, offers, budget - terms.cost, next, uses));
    --used;
  }
  return best;
}

// Property: limits hold, the dual bounds what is possible, and little of it is given away.
TEST(NextBestOffer, StaysWithinLimitsAndNearTheOptimum) {
  double given_away = 0;
  double possible = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Draw draw(seed);
    const std::vector<OfferTerms> offers = {{"a", 1, 2}, {"b", 2, 3}, {"c", 0.5, 1}};
    std::vector<OfferCandidate> candidates;
    for (uint32_t c = 0; c < 7; ++c) {
      for (uint32_t o = 0; o < 3; ++o) {
        if (draw.Uniform() < 0.8) candidates.push_back({c, o, 5 * draw.Uniform()});
      }
    }
    AllocationOptions options;
    options.budget = 7;
    const auto allocation = AllocateOffers(candidates, offers, options);
    ASSERT_TRUE(allocation.ok()) << allocation.status().ToString();
    std::vector<double> uses(3, 0);
    const double best = BestByForce(candidates, offers, 7, 0, uses);
    EXPECT_LE(allocation->cost, 7);
    for (size_t o = 0; o < 3; ++o) {
      EXPECT_LE(static_cast<double>(allocation->uses[o]), offers[o].uses_max);
    }
    EXPECT_LE(allocation->value, best + 1e-9);
    EXPECT_GE(allocation->bound, best - 1e-9);
    given_away += best - allocation->value;
    possible += best;
  }
  EXPECT_LT(given_away / possible, 0.05);
}

TEST(NextBestOffer, AtScaleTheBoundIsReached) {
  Draw draw(77);
  const std::vector<OfferTerms> offers = {{"a", 1, 3000}, {"b", 2, 5000}, {"c", 0.2, 1000}};
  std::vector<OfferCandidate> candidates;
  for (uint32_t c = 0; c < 20'000; ++c) {
    for (uint32_t o = 0; o < 3; ++o) candidates.push_back({c, o, 4 * draw.Uniform()});
  }
  AllocationOptions options;
  options.budget = 9000;
  const auto allocation = AllocateOffers(candidates, offers, options);
  EXPECT_GT(allocation->value, 0.99 * allocation->bound);
  EXPECT_GT(allocation->budget_price, 0);
}

TEST(NextBestOffer, WithoutLimitsEachGetsTheBestThatPays) {
  const std::vector<OfferTerms> offers = {{"a", 1}, {"b", 0}};
  const std::vector<OfferCandidate> candidates = {{0, 0, 3}, {0, 1, 1.5}, {1, 0, 0.5}, {1, 1, -1}};
  const auto allocation = AllocateOffers(candidates, offers, {});
  EXPECT_EQ(allocation->chosen, (std::vector<size_t>{0}));
  AllocationOptions two;
  two.offers_per_customer = 2;
  EXPECT_EQ(AllocateOffers(candidates, offers, two)->chosen, (std::vector<size_t>{0, 1}));
}

TEST(NextBestOffer, RefusesWhatIsNoCandidate) {
  const std::vector<OfferTerms> offers = {{"a", 1}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(AllocateOffers({{0, 1, 1}}, offers, {}).ok());
  EXPECT_FALSE(AllocateOffers({{0, 0, nan}}, offers, {}).ok());
  EXPECT_FALSE(AllocateOffers({{0, 0, 1}, {0, 0, 1}}, offers, {}).ok());
  EXPECT_FALSE(AllocateOffers({{0, 0, 1}}, {{"a", -1}}, {}).ok());
  EXPECT_TRUE(AllocateOffers({}, offers, {})->chosen.empty());
}

TEST(NextBestOffer, PricesBoundAndChoicesDoNotDependOnHowCustomersAreSplit) {
  std::vector<OfferCandidate> all;
  for (uint32_t customer = 0; customer < 600; ++customer) {
    for (uint32_t offer = 0; offer < 5; ++offer) {
      if ((customer * 7 + offer) % 3 == 0) continue;
      all.push_back({customer, offer, static_cast<double>((customer * 13 + offer * 29) % 41) / 3});
    }
  }
  std::vector<OfferTerms> offers;
  offers.reserve(5);
  for (int o = 0; o < 5; ++o) offers.push_back({"o" + std::to_string(o), 1.0 + o, 40.0 + o});
  AllocationOptions options;
  options.budget = 350;
  options.offers_per_customer = 2;
  const Allocation whole = *AllocateOffers(all, offers, options);
  EXPECT_LE(whole.cost, options.budget);
  EXPECT_GE(whole.bound, whole.value);
  for (const uint32_t count : {2U, 7U, 64U}) {
    SCOPED_TRACE(count);
    std::vector<std::vector<OfferCandidate>> partitions(count);
    std::vector<size_t> places;  // of each pair, partition after partition
    for (uint32_t p = 0; p < count; ++p) {
      for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].customer * 2654435761U % count != p) continue;
        partitions[p].push_back(all[i]);
        places.push_back(i);
      }
    }
    const Allocation split = *AllocateOffersOver(partitions, offers, options);
    EXPECT_EQ(split.prices, whole.prices);
    EXPECT_EQ(split.budget_price, whole.budget_price);
    EXPECT_EQ(split.bound, whole.bound);
    EXPECT_EQ(split.uses, whole.uses);
    std::vector<size_t> chosen;
    for (const size_t position : split.chosen) chosen.push_back(places[position]);
    std::sort(chosen.begin(), chosen.end());
    EXPECT_EQ(chosen, whole.chosen);
  }
  const std::vector<std::vector<OfferCandidate>> twice = {{{1, 0, 2.0}}, {{1, 1, 2.0}}};
  EXPECT_EQ(AllocateOffersOver(twice, offers, options).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
