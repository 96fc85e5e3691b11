#include "policies/disclosure/privacy_budget.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

namespace signet::policies {
namespace {

constexpr int64_t kMicros = 1'000'000;
/// Older losses are dropped when this many are kept for one recipient.
constexpr size_t kLossesMax = 100'000;
constexpr double kThousand = 1e3;
constexpr double kBillion = 1e9;
/// Of sums in floating point, far below the smallest loss.
constexpr double kRounding = 1e-9;

int64_t RoundedUp(double value, double parts) {
  return static_cast<int64_t>(std::ceil(value * parts - 1e-9));
}

std::string TwoDigits(double value) {
  char text[32];
  const int written = std::snprintf(text, sizeof text, "%.2f", value);
  return written > 0 ? std::string(text) : std::string();
}

}  // namespace

double PrivacyBudget::EpsilonOfAll(const std::vector<Loss>& losses,
                                   int64_t since,
                                   const Loss& more) {
  int64_t thousandths = more.thousandths;
  int64_t rho_billionths = more.rho_billionths;
  for (const Loss& loss : losses) {
    if (loss.at_micros <= since) continue;
    thousandths += loss.thousandths;
    rho_billionths += loss.rho_billionths;
  }
  const double pure = static_cast<double>(thousandths) / kThousand;
  return rho_billionths == 0 ? pure
                             : pure + EpsilonOf(static_cast<double>(rho_billionths) / kBillion);
}

Status PrivacyBudget::Spend(std::string_view recipient,
                            const PrivacyLoss& loss,
                            int64_t now_micros,
                            const PublicationRule& rule) {
  if (!(loss.epsilon >= 0 && loss.rho >= 0 && loss.epsilon + loss.rho > 0)) {
    return Invalid("a privacy loss is above 0");
  }
  std::vector<Loss>& losses = losses_[std::string(recipient)];
  const int64_t since = now_micros - rule.budget_period_s * kMicros;
  losses.erase(
      std::remove_if(
          losses.begin(), losses.end(), [&](const Loss& one) { return one.at_micros <= since; }),
      losses.end());
  const Loss wanted{now_micros, RoundedUp(loss.epsilon, kThousand), RoundedUp(loss.rho, kBillion)};
  if (EpsilonOfAll(losses, since, wanted) > rule.epsilon_max + kRounding ||
      losses.size() >= kLossesMax) {
    return Denied("the privacy budget of '" + std::string(recipient) +
                  "' is spent: " + TwoDigits(EpsilonOfAll(losses, since, {})) + " of " +
                  TwoDigits(rule.epsilon_max) + " (" + rule.rule + ")")
        .WithRemedy("ask for less (a smaller epsilon), or wait until the period is over");
  }
  losses.push_back(wanted);
  return OkStatus();
}

BudgetGauge PrivacyBudget::Gauge(std::string_view recipient,
                                 int64_t now_micros,
                                 const PublicationRule& rule) const {
  BudgetGauge gauge;
  gauge.recipient = std::string(recipient);
  gauge.limit = rule.epsilon_max;
  const auto found = losses_.find(recipient);
  if (found == losses_.end()) return gauge;
  const int64_t period = rule.budget_period_s * kMicros;
  int64_t rho_billionths = 0;
  for (const Loss& loss : found->second) {
    if (loss.at_micros <= now_micros - period) continue;
    rho_billionths += loss.rho_billionths;
    const int64_t renews = loss.at_micros + period;
    gauge.renews_at_micros =
        gauge.renews_at_micros == 0 ? renews : std::min(gauge.renews_at_micros, renews);
  }
  gauge.spent = EpsilonOfAll(found->second, now_micros - period, {});
  gauge.rho = static_cast<double>(rho_billionths) / kBillion;
  gauge.delta = rho_billionths == 0 ? 0 : kPrivacyDelta;
  return gauge;
}

std::vector<std::string> PrivacyBudget::Recipients() const {
  std::vector<std::string> names;
  names.reserve(losses_.size());
  for (const auto& entry : losses_) names.push_back(entry.first);
  return names;
}

Json PrivacyBudget::ToJson() const {
  Json json{Json::Object{}};
  for (const auto& entry : losses_) {
    Json list{Json::Array()};
    for (const Loss& loss : entry.second) {
      Json one = Json::List({loss.at_micros, loss.thousandths});
      if (loss.rho_billionths > 0) one.Push(loss.rho_billionths);
      list.Push(std::move(one));
    }
    json.Set(entry.first, std::move(list));
  }
  return json;
}

Result<PrivacyBudget> PrivacyBudget::FromJson(const Json& json) {
  PrivacyBudget budget;
  if (json.is_null()) return budget;
  if (!json.is_object()) return Corrupt("a privacy budget is no object");
  for (const auto& entry : json.fields()) {
    std::vector<Loss>& losses = budget.losses_[entry.first];
    for (const Json& item : entry.second.items()) {
      const Json::Array& parts = item.items();
      const bool numbers =
          std::all_of(parts.begin(), parts.end(), [](const Json& part) { return part.is_int(); });
      if (!numbers || parts.size() < 2 || parts.size() > 3) {
        return Corrupt("a privacy budget holds what is no loss");
      }
      losses.push_back(
          {parts[0].AsInt(), parts[1].AsInt(), parts.size() == 3 ? parts[2].AsInt() : 0});
    }
  }
  return budget;
}

std::string GaugeText(const BudgetGauge& gauge) {
  constexpr int kSteps = 20;
  const double share = gauge.limit > 0 ? std::clamp(gauge.spent / gauge.limit, 0.0, 1.0) : 1.0;
  const auto filled = static_cast<int>(std::ceil(share * kSteps - 1e-9));
  std::string text = "[";
  text.append(static_cast<size_t>(filled), '#');
  text.append(static_cast<size_t>(kSteps - filled), '-');
  return text + "] " + TwoDigits(gauge.spent) + " of " + TwoDigits(gauge.limit);
}

}  // namespace signet::policies
