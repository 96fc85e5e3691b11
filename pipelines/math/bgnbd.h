/// BG/NBD by its published parameter names: a view on PurchaseModel.
///
/// Source: Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24
/// (2005).
#pragma once

#include <utility>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/purchase_model.h"

namespace signet::pipelines {

/// Purchases are Poisson with rate ~ Gamma(r, alpha); after each, the customer drops out with a
/// probability ~ Beta(a, b).
class BgNbd {
 public:
  /// See PurchaseModel::Fit.
  static Result<BgNbd> Fit(const std::vector<PurchaseHistory>& customers) {
    ASSIGN_OR_RETURN(PurchaseModel model, PurchaseModel::Fit(PurchaseFamily::kBgNbd, customers));
    return BgNbd(std::move(model));
  }
  /// Known parameters; CHECKs that all are positive.
  BgNbd(double r, double alpha, double a, double b)
      : model_(PurchaseModel::Of(PurchaseFamily::kBgNbd, {r, alpha, a, b}).value()) {}

  [[nodiscard]] double r() const { return model_.parameter(0); }
  [[nodiscard]] double alpha() const { return model_.parameter(1); }
  [[nodiscard]] double a() const { return model_.parameter(2); }
  [[nodiscard]] double b() const { return model_.parameter(3); }
  [[nodiscard]] double log_likelihood() const { return model_.log_likelihood(); }
  /// False when the maximum lies on the boundary: see PurchaseModel::boundary.
  [[nodiscard]] bool identified() const { return model_.identified(); }
  /// Expected purchases in the `horizon` after the time observed; equation (10).
  [[nodiscard]] double ExpectedPurchases(const PurchaseHistory& customer, double horizon) const {
    return model_.ExpectedPurchases(customer, horizon);
  }
  /// The probability of not having dropped out. 1 for one-time buyers: not a churn score for them.
  [[nodiscard]] double ProbabilityAlive(const PurchaseHistory& customer) const {
    return model_.ProbabilityAlive(customer);
  }

 private:
  explicit BgNbd(PurchaseModel model) : model_(std::move(model)) {}
  PurchaseModel model_;
};

}  // namespace signet::pipelines
