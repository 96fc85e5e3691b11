/// What a purchase model and Gamma-Gamma say of a table of purchases, and how right they were in
/// the time held out, beside the baselines that they must beat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/features/purchase_table.h"
#include "pipelines/math/gamma_gamma.h"
#include "pipelines/math/purchase_model.h"

namespace signet::pipelines {

/// A purchase model and, where amounts are known, what a purchase is worth.
struct CustomerValueModel {
  PurchaseFit purchases;
  std::optional<GammaGamma> value;
  std::string value_failure;  ///< why there is no `value`, if amounts are known

  /// Purchases expected in `horizon` units after the time observed.
  [[nodiscard]] double ExpectedPurchases(const CustomerPurchases& c, double horizon) const {
    return purchases.used.ExpectedPurchases(c.history, horizon);
  }
  /// Their value: purchases times the value of one (Fader, Hardie and Lee 2005, "RFM and CLV").
  [[nodiscard]] double ExpectedValue(const CustomerPurchases& c, double horizon) const;
};

/// Fits both. `with_value` says whether amounts are known; a Gamma-Gamma that cannot be fitted is
/// told in value_failure and leaves the purchases' model standing.
Result<CustomerValueModel> FitCustomerValue(PurchaseFamily family,
                                            const PurchaseTable& table,
                                            bool with_value);

/// Parameters with standard errors and 95 % intervals (on the logarithm's scale), ln L, AIC, BIC,
/// identification and fallback, what is expected in `horizon`, P(alive); with a holdout: MAE, RMSE,
/// correlation, aggregate error and a table by number of repeats, the same for value, and for the
/// baselines "as many as in the last period of that length" and "at the same rate as so far".
Json PurchaseModelReport(const CustomerValueModel& model,
                         const PurchaseTable& table,
                         double horizon);

/// Parameters with standard errors, ln L, AIC, the correlation that the model assumes away, the
/// population's value; with a holdout: how far the expected value of a purchase is from the mean of
/// those that came.
Json GammaGammaReport(const GammaGamma& model, const PurchaseTable& table);

/// {mae, rmse, correlation, expected, actual, aggregate_error}: never NaN; null without customers,
/// correlation null where a side is constant.
Json ForecastErrors(const std::vector<double>& expected, const std::vector<double>& actual);

}  // namespace signet::pipelines
