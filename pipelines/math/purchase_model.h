/// PurchaseModel: how often each customer will buy, from how often and how recently they did.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/purchase_history.h"
#include "pipelines/math/purchase_likelihood.h"

namespace signet::pipelines {

enum class PurchaseFamily { kNbd, kBgNbd, kMbgNbd, kParetoNbd, kMbgCnbd };

/// "nbd", "bgnbd", "mbgnbd", "paretonbd", "cnbd"; and what papers call it.
std::string_view PurchaseFamilyName(PurchaseFamily family);
std::string_view PurchaseFamilyTitle(PurchaseFamily family);
/// kInvalid for another name, with the nearest one.
Result<PurchaseFamily> PurchaseFamilyFromName(std::string_view name);

/// A parameter with its standard error from the observed information; none where the maximum lies
/// on a boundary or along a ridge.
struct FittedParameter {
  std::string name;
  double value = 0;
  std::optional<double> error;
};

/// Why a maximum does not tell all parameters.
enum class Boundary {
  kNone,
  kNoDropOut,     ///< nobody is seen to drop out: the likelihood is that of NBD
  kEqualDropOut,  ///< drop-out does not differ between customers (a, b without limit)
  kEqualRates,    ///< purchase rates do not differ between customers (r, alpha without limit)
  kFlat,          ///< the likelihood is flat around the maximum
};
/// A sentence for reports; empty for kNone.
std::string_view BoundaryText(Boundary boundary);

struct SampleLevels;

/// A fitted model, or one with known parameters. Immutable.
class PurchaseModel {
 public:
  /// Maximum likelihood: several starts on a rough sample, the best on, then BFGS and Newton on
  /// all. Independent of the customers' order; a duplicated sample gives the same parameters and
  /// twice the log-likelihood. kMbgCnbd tries k = 1..12 and keeps the likeliest (log_gaps needed).
  /// Errors: see GroupedHistories::Of.
  static Result<PurchaseModel> Fit(PurchaseFamily family,
                                   const std::vector<PurchaseHistory>& customers);
  /// Known parameters, all positive: r, alpha, then a, b or s, beta; `regularity` k for kMbgCnbd.
  /// kInvalid for a wrong number of them.
  static Result<PurchaseModel> Of(PurchaseFamily family,
                                  const std::vector<double>& parameters,
                                  int regularity = 1);

  [[nodiscard]] PurchaseFamily family() const { return family_; }
  /// r, alpha, and then a, b or s, beta.
  [[nodiscard]] const std::vector<FittedParameter>& parameters() const { return parameters_; }
  [[nodiscard]] double parameter(size_t i) const { return p_[i]; }
  [[nodiscard]] int regularity() const { return shape_.regularity; }
  [[nodiscard]] double log_likelihood() const { return log_likelihood_; }
  /// 2 (number of parameters, k included) - 2 ln L.
  [[nodiscard]] double aic() const;
  [[nodiscard]] Boundary boundary() const { return boundary_; }
  [[nodiscard]] bool identified() const { return boundary_ == Boundary::kNone; }

  /// P(alive | history). 1 for one-time buyers under BG/NBD and for all under NBD: then no churn
  /// score (see HasChurnScore).
  [[nodiscard]] double ProbabilityAlive(const PurchaseHistory& customer) const;
  /// Whether 1 - P(alive) says anything about this customer's churn.
  [[nodiscard]] bool HasChurnScore(const PurchaseHistory& customer) const;
  /// Expected purchases in the `horizon` after the time observed (same unit); 0 for none.
  [[nodiscard]] double ExpectedPurchases(const PurchaseHistory& customer, double horizon) const;

  /// {family, parameters, k, log_likelihood}: enough for FromJson.
  [[nodiscard]] Json ToJson() const;
  static Result<PurchaseModel> FromJson(const Json& json);

 private:
  PurchaseModel(PurchaseFamily family, PurchaseShape shape) : family_(family), shape_(shape) {}
  static PurchaseModel FitShape(PurchaseFamily family,
                                PurchaseShape shape,
                                const SampleLevels& levels);
  void SetErrors(const GroupedHistories& sample, std::span<const double> log_p);
  [[nodiscard]] Boundary FindBoundary(const SampleLevels& levels,
                                      std::span<const double> log_p) const;
  [[nodiscard]] double ExpectedBeats(const PurchaseHistory& customer, double horizon) const;
  [[nodiscard]] std::span<const double> p() const { return {p_.data(), shape_.parameters()}; }

  PurchaseFamily family_;
  PurchaseShape shape_;
  std::array<double, 4> p_{};
  std::vector<FittedParameter> parameters_;
  double log_likelihood_ = 0;
  Boundary boundary_ = Boundary::kNone;
};

/// The model asked for, and the one to forecast with: itself, or, where it shows no drop-out, the
/// likelier (by AIC) of Pareto/NBD (if identified) and NBD.
struct PurchaseFit {
  PurchaseModel asked;
  PurchaseModel used;
  [[nodiscard]] bool fell_back() const { return asked.family() != used.family(); }
};
Result<PurchaseFit> FitPurchases(PurchaseFamily family,
                                 const std::vector<PurchaseHistory>& customers);

}  // namespace signet::pipelines
