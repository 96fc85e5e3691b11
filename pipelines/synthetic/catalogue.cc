#include "pipelines/synthetic/catalogue.h"

#include <array>
#include <cmath>
#include <string_view>

namespace signet::pipelines::synthetic {

namespace {

constexpr size_t kProducts = 400;
constexpr uint64_t kCatalogueStream = 3;
constexpr uint64_t kShelfStream = 4;
constexpr double kOfferEveryDays = 75;
constexpr double kOfferDays = 14;

constexpr std::array<std::string_view, 8> kCategories = {
    "coffee", "bakery", "produce", "dairy", "household", "beauty", "wine", "ready meals"};
constexpr std::array<std::string_view, 10> kAdjectives = {"Organic",
                                                          "Classic",
                                                          "Nordic",
                                                          "Fresh",
                                                          "Golden",
                                                          "Village",
                                                          "Daily",
                                                          "Finest",
                                                          "Mild",
                                                          "Bold"};

// Product k is picked with probability proportional to (k + 1)^-2 + 1/n through u^2: the density of
// floor(n u^2) at k is sqrt((k + 1) / n) - sqrt(k / n).
double PickProbability(size_t k) {
  const double n = kProducts;
  const double at = static_cast<double>(k);
  return std::sqrt((at + 1.0) / n) - std::sqrt(at / n);
}

}  // namespace

Catalogue::Catalogue(uint64_t seed, const Span& span) : seed_(seed) {
  Random random(seed, kCatalogueStream, 0);
  for (size_t k = 0; k < kProducts; ++k) {
    Product product;
    product.id = "P" + std::to_string(10'000 + k);
    product.category = kCategories[random.Below(kCategories.size())];
    product.name = std::string(kAdjectives[random.Below(kAdjectives.size())]) + " " +
                   product.category + " no. " + std::to_string(k + 1);
    product.price_cents =
        99 + static_cast<int64_t>(100.0 * PortableExp(1.6 + 0.7 * random.Normal()));
    mean_price_ += PickProbability(k) * static_cast<double>(product.price_cents) / 100.0;
    products_.push_back(std::move(product));
  }
  double day = span.start + 20;
  while (day < span.as_of) {
    Offer offer;
    offer.id = "OF" + std::to_string(100 + offers_.size());
    offer.first_day = day;
    offer.last_day = day + kOfferDays;
    offer.percent = 5 + 5 * static_cast<int>(random.Below(4));
    offers_.push_back(std::move(offer));
    day += kOfferEveryDays;
  }
}

size_t Catalogue::Pick(Random& random) const {
  const double u = random.Uniform();
  return static_cast<size_t>(u * u * kProducts);
}

int Catalogue::ShelfPercent(size_t product, double day) const {
  const auto week = static_cast<uint64_t>(day / 7.0);
  Random random(seed_, kShelfStream, product * 1'000'003 + week);
  double u = random.Uniform();
  for (const ShelfDiscount& discount : kShelfDiscounts) {
    u -= discount.probability;
    if (u < 0) return discount.percent;
  }
  return 0;
}

void Catalogue::WriteProducts(TextBuffer& out) const {
  out.Text("product_id,name,category,list_price\n");
  for (const Product& product : products_) {
    out.Text(product.id).Char(',').Text(product.name).Char(',').Text(product.category).Char(',');
    out.Cents(product.price_cents).Char('\n');
  }
}

void Catalogue::WriteOffers(TextBuffer& out) const {
  out.Text("offer_id,channel,percent,starts_on,ends_on\n");
  for (const Offer& offer : offers_) {
    out.Text(offer.id).Text(",email,").Unsigned(static_cast<uint64_t>(offer.percent)).Char(',');
    out.Day(static_cast<int64_t>(offer.first_day)).Char(',');
    out.Day(static_cast<int64_t>(offer.last_day)).Char('\n');
  }
}

double ExpectedBasketValue(const ModelParameters& parameters,
                           const Catalogue& catalogue,
                           const Customer& customer) {
  double per_line = 0;
  for (const ShelfDiscount& discount : kShelfDiscounts) {
    const double kept = 1.0 - discount.percent / 100.0;
    const double units = 1.0 + parameters.units_mean * PortablePow(kept, -customer.elasticity);
    per_line += discount.probability * kept * units;
  }
  const double size =
      PortableExp(customer.size_level + 0.5 * parameters.size_sigma * parameters.size_sigma);
  return (1.0 + parameters.lines_mean) * catalogue.mean_price() * size * per_line *
         (1.0 - parameters.return_share);
}

}  // namespace signet::pipelines::synthetic
