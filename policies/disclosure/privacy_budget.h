/// PrivacyBudget: what noisy counts have told each recipient, and how much they may still.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/disclosure/noisy_count.h"
#include "policies/model/purpose.h"

namespace signet::policies {

/// How full a recipient's budget is.
struct BudgetGauge {
  std::string recipient;
  double spent = 0;  ///< epsilon, of all answers together
  double limit = 0;
  double rho = 0;    ///< of the answers with Gaussian noise
  double delta = 0;  ///< with which `spent` holds: 0 without Gaussian noise, else kPrivacyDelta
  /// When the oldest loss that counts is forgotten, microseconds since 1970; 0 = nothing spent.
  int64_t renews_at_micros = 0;
};

/// Losses by recipient. Pure epsilon adds up, and so does rho of Gaussian noise (Bun, Steinke 2016,
/// lemma 1.7); together they cost the epsilons and EpsilonOf(the rhos) at kPrivacyDelta. What lies
/// before the period counts no more. A value; the caller keeps it sealed and durable before it
/// shows an answer.
class PrivacyBudget {
 public:
  /// kDenied, naming the rule, when the recipient's losses within the rule's period would exceed
  /// its epsilon_max; else takes note of the loss.
  Status Spend(std::string_view recipient,
               const PrivacyLoss& loss,
               int64_t now_micros,
               const PublicationRule& rule);
  [[nodiscard]] BudgetGauge Gauge(std::string_view recipient,
                                  int64_t now_micros,
                                  const PublicationRule& rule) const;
  [[nodiscard]] std::vector<std::string> Recipients() const;

  [[nodiscard]] Json ToJson() const;
  /// kCorrupt for anything that ToJson does not give.
  static Result<PrivacyBudget> FromJson(const Json& json);
  friend bool operator==(const PrivacyBudget&, const PrivacyBudget&) = default;

 private:
  /// Losses are kept in thousandths of epsilon and billionths of rho, rounded up: sums are exact.
  struct Loss {
    int64_t at_micros = 0;
    int64_t thousandths = 0;
    int64_t rho_billionths = 0;
    friend bool operator==(const Loss&, const Loss&) = default;
  };
  /// Of those after `since`, and `more`.
  static double EpsilonOfAll(const std::vector<Loss>& losses, int64_t since, const Loss& more);

  std::map<std::string, std::vector<Loss>, std::less<>> losses_;
};

/// "[######--------------] 0.30 of 1.00": twenty steps.
std::string GaugeText(const BudgetGauge& gauge);

}  // namespace signet::policies
