#include "pipelines/synthetic/truth.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace signet::pipelines::synthetic {

namespace {

std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(
      order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t i = 0; i < order.size();) {
    size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = 0.5 * static_cast<double>(i + end - 1) + 1.0;
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

size_t CountBetween(const std::vector<double>& times, double from, double to) {
  return static_cast<size_t>(std::lower_bound(times.begin(), times.end(), to) -
                             std::lower_bound(times.begin(), times.end(), from));
}

// Writes with six decimals.
void Number(TextBuffer& out, double value) {
  if (value < 0) out.Char('-');
  const auto micros = static_cast<uint64_t>(std::floor(std::fabs(value) * 1e6 + 0.5));
  out.Unsigned(micros / 1'000'000).Char('.').Padded(micros % 1'000'000, 6);
}

template <typename T>
void Extend(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void AddExperiment(const CustomerModel& model, const Customer& c, ExperimentTruth& truth) {
  if (c.arm == Arm::kNone) return;
  truth.assigned += 1;
  if (c.arm == Arm::kTreatment) truth.treated += 1;
  if (c.arm == Arm::kTreatment && c.exposed > 0) truth.exposed_treated += 1;
  const double end = std::min(c.dropped, model.experiment_end());
  const double base = c.rate * model.SeasonIntegral(model.experiment_start(), end);
  const double extra = c.exposed <= 0 ? 0
                                      : c.rate * model.parameters().experiment_lift *
                                            model.SeasonIntegral(c.exposed, end);
  truth.orders_control += base;
  truth.orders_treatment += base + extra;
  truth.buyers_control += 1.0 - PortableExp(-base);
  truth.buyers_treatment += 1.0 - PortableExp(-base - extra);
}

}  // namespace

double AreaUnderCurve(const std::vector<double>& scores, const std::vector<uint8_t>& labels) {
  const std::vector<double> ranks = Ranks(scores);
  double sum = 0;
  double positives = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (labels[i] == 0) continue;
    sum += ranks[i];
    positives += 1;
  }
  const double negatives = static_cast<double>(ranks.size()) - positives;
  if (positives == 0 || negatives == 0) return 0.5;
  return (sum - positives * (positives + 1) / 2) / (positives * negatives);
}

double RankCorrelation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> ra = Ranks(a);
  const std::vector<double> rb = Ranks(b);
  const double mean = (static_cast<double>(ra.size()) + 1) / 2;
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (size_t i = 0; i < ra.size(); ++i) {
    ab += (ra[i] - mean) * (rb[i] - mean);
    aa += (ra[i] - mean) * (ra[i] - mean);
    bb += (rb[i] - mean) * (rb[i] - mean);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

void OracleSample::Merge(const OracleSample& other) {
  Extend(churn_scores, other.churn_scores);
  Extend(churned, other.churned);
  Extend(expected_values, other.expected_values);
  Extend(realised_values, other.realised_values);
}

Json OracleSample::ToJson() const {
  double share = 0;
  for (const uint8_t label : churned) share += label;
  const auto count = static_cast<double>(churned.size());
  return Json::Of({{"customers", churned.size()},
                   {"churned_share", count > 0 ? share / count : 0.0},
                   {"churn_auc", AreaUnderCurve(churn_scores, churned)},
                   {"clv_rank_correlation", RankCorrelation(expected_values, realised_values)}});
}

void ExperimentTruth::Merge(const ExperimentTruth& other) {
  assigned += other.assigned;
  treated += other.treated;
  exposed_treated += other.exposed_treated;
  orders_control += other.orders_control;
  orders_treatment += other.orders_treatment;
  buyers_control += other.buyers_control;
  buyers_treatment += other.buyers_treatment;
}

void TruthChunk::Merge(const TruthChunk& other) {
  at_as_of.Merge(other.at_as_of);
  at_training.Merge(other.at_training);
  experiment.Merge(other.experiment);
}

void TruthChunk::Add(const CustomerModel& model,
                     const Catalogue& catalogue,
                     const CustomerLife& life,
                     const WindowValues& values,
                     TextBuffer& out) {
  const Customer& customer = life.customer;
  const Activity& activity = life.activity;
  const Span& span = model.span();
  const double basket = ExpectedBasketValue(model.parameters(), catalogue, customer);
  const CustomerTruth now = model.TruthAt(customer, activity, span.as_of);
  const size_t future = CountBetween(activity.purchases, span.as_of, span.as_of + span.horizon);
  const double realised = static_cast<double>(values.after_cents) / 100.0;
  at_as_of.churn_scores.push_back(now.churn_chance);
  at_as_of.churned.push_back(future == 0 ? 1 : 0);
  at_as_of.expected_values.push_back(now.expected_purchases * basket);
  at_as_of.realised_values.push_back(realised);
  const double training = span.as_of - span.horizon;
  if (customer.joined < training) {
    const CustomerTruth then = model.TruthAt(customer, activity, training);
    const size_t bought = CountBetween(activity.purchases, training, span.as_of);
    at_training.churn_scores.push_back(then.churn_chance);
    at_training.churned.push_back(bought == 0 ? 1 : 0);
    at_training.expected_values.push_back(then.expected_purchases * basket);
    at_training.realised_values.push_back(static_cast<double>(values.before_cents) / 100.0);
  }
  AddExperiment(model, customer, experiment);
  out.Text(life.person.customer_id).Char(',');
  for (const double value : {customer.rate,
                             customer.dropout_rate,
                             customer.joined,
                             customer.dropped,
                             now.alive ? 1.0 : 0.0,
                             now.alive_chance,
                             now.churn_chance,
                             now.expected_purchases * basket,
                             basket}) {
    Number(out, value);
    out.Char(',');
  }
  out.Char(future == 0 ? '1' : '0').Char(',').Cents(values.after_cents).Char(',');
  out.Unsigned(CountBetween(activity.purchases, 0, span.as_of)).Char('\n');
}

}  // namespace signet::pipelines::synthetic
