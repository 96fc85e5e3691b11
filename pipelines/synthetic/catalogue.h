/// The business's products and offers: the same for every customer, drawn once from the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/text_buffer.h"

namespace signet::pipelines::synthetic {

struct Product {
  std::string id;
  std::string name;
  std::string category;
  int64_t price_cents = 0;
};

/// An e-mail campaign: sent on a day, redeemable for some days.
struct Offer {
  std::string id;
  double first_day = 0;
  double last_day = 0;
  int percent = 0;
};

/// Shelf discounts that a product may have in a week, and how likely each is.
struct ShelfDiscount {
  int percent;
  double probability;
};
inline constexpr ShelfDiscount kShelfDiscounts[] = {{0, 0.70}, {10, 0.12}, {20, 0.10}, {30, 0.08}};

class Catalogue {
 public:
  Catalogue(uint64_t seed, const Span& span);

  [[nodiscard]] const std::vector<Product>& products() const { return products_; }
  [[nodiscard]] const std::vector<Offer>& offers() const { return offers_; }
  /// A product, the popular ones (low numbers) more often.
  [[nodiscard]] size_t Pick(Random& random) const;
  /// The shelf discount of that product in that week (a hash of both), in percent.
  [[nodiscard]] int ShelfPercent(size_t product, double day) const;
  /// Popularity-weighted mean list price.
  [[nodiscard]] double mean_price() const { return mean_price_; }

  void WriteProducts(TextBuffer& out) const;
  void WriteOffers(TextBuffer& out) const;

 private:
  uint64_t seed_;
  std::vector<Product> products_;
  std::vector<Offer> offers_;
  double mean_price_ = 0;
};

/// E[net value of one basket] of the customer under the model, in currency units: lines x price x
/// size x units under the mix of shelf discounts, less returned orders; before offer discounts.
double ExpectedBasketValue(const ModelParameters& parameters,
                           const Catalogue& catalogue,
                           const Customer& customer);

}  // namespace signet::pipelines::synthetic
