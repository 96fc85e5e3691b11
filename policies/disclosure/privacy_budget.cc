#include "policies/disclosure/privacy_budget.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace signet::policies {
namespace {

constexpr int64_t kMicros = 1'000'000;
/// Older losses are dropped when this many are kept for one recipient.
constexpr size_t kLossesMax = 100'000;

int64_t Thousandths(double epsilon) {
  return static_cast<int64_t>(std::ceil(epsilon * 1000.0 - 1e-9));
}

std::string TwoDigits(double value) {
  char text[32];
  const int written = std::snprintf(text, sizeof text, "%.2f", value);
  return written > 0 ? std::string(text) : std::string();
}

}  // namespace

Status PrivacyBudget::Spend(std::string_view recipient,
                            double epsilon,
                            int64_t now_micros,
                            const PublicationRule& rule) {
  if (!(epsilon > 0)) return Invalid("a privacy loss is above 0");
  std::vector<Loss>& losses = losses_[std::string(recipient)];
  const int64_t since = now_micros - rule.budget_period_s * kMicros;
  losses.erase(
      std::remove_if(
          losses.begin(), losses.end(), [&](const Loss& loss) { return loss.at_micros <= since; }),
      losses.end());
  int64_t spent = 0;
  for (const Loss& loss : losses) spent += loss.thousandths;
  const int64_t wanted = Thousandths(epsilon);
  if (spent + wanted > Thousandths(rule.epsilon_max) || losses.size() >= kLossesMax) {
    return Denied("the privacy budget of '" + std::string(recipient) +
                  "' is spent: " + TwoDigits(static_cast<double>(spent) / 1000.0) + " of " +
                  TwoDigits(rule.epsilon_max) + " (" + rule.rule + ")")
        .WithRemedy("ask for less (a smaller epsilon), or wait until the period is over");
  }
  losses.push_back({now_micros, wanted});
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
  int64_t spent = 0;
  const int64_t period = rule.budget_period_s * kMicros;
  for (const Loss& loss : found->second) {
    if (loss.at_micros <= now_micros - period) continue;
    spent += loss.thousandths;
    const int64_t renews = loss.at_micros + period;
    gauge.renews_at_micros =
        gauge.renews_at_micros == 0 ? renews : std::min(gauge.renews_at_micros, renews);
  }
  gauge.spent = static_cast<double>(spent) / 1000.0;
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
      list.Push(Json::List({loss.at_micros, loss.thousandths}));
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
      if (item.size() != 2 || !item.items()[0].is_int() || !item.items()[1].is_int()) {
        return Corrupt("a privacy budget holds what is no loss");
      }
      losses.push_back({item.items()[0].AsInt(), item.items()[1].AsInt()});
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
