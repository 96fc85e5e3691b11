#include "pipelines/math/purchase_history.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kCustomersMin = 10;
constexpr double kGrid = 48;
constexpr size_t kCoarseGroupsMin = 1500;  // below, the sample itself is small enough

bool IsPossible(const PurchaseHistory& c) {
  return std::isfinite(c.repeats) && std::isfinite(c.observed) && std::isfinite(c.log_gaps) &&
         c.repeats >= 0 && c.recency >= 0 && c.recency <= c.observed &&
         (c.repeats > 0 || c.recency == 0);
}

/// The index of each value in the sorted list of distinct ones.
uint32_t IndexOf(const std::vector<double>& sorted, double value) {
  return static_cast<uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), value) -
                               sorted.begin());
}

void SortDistinct(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

bool SameHistory(const PurchaseHistory& a, const PurchaseHistory& b) {
  return a.repeats == b.repeats && a.recency == b.recency && a.observed == b.observed;
}

}  // namespace

void GroupedHistories::Index(const std::vector<PurchaseHistory>& customers,
                             const std::vector<double>& shares) {
  repeats_.clear();
  times_.clear();
  groups_.clear();
  for (const PurchaseHistory& c : customers) {
    if (repeats_.empty() || repeats_.back() != c.repeats) repeats_.push_back(c.repeats);
    times_.push_back(c.recency);
    times_.push_back(c.observed);
  }
  SortDistinct(times_);
  SortDistinct(repeats_);
  for (size_t i = 0; i < customers.size(); ++i) {
    const PurchaseHistory& c = customers[i];
    if (i == 0 || !SameHistory(c, customers[i - 1])) {
      groups_.push_back({IndexOf(repeats_, c.repeats),
                         IndexOf(times_, c.recency),
                         IndexOf(times_, c.observed),
                         0});
    }
    groups_.back().share += shares[i];
  }
}

Result<GroupedHistories> GroupedHistories::Of(std::vector<PurchaseHistory> customers) {
  if (customers.size() < kCustomersMin) {
    return Invalid("a purchase model needs at least 10 customers, but there are " +
                   std::to_string(customers.size()));
  }
  GroupedHistories sample;
  ExactSum repeats;
  ExactSum log_gaps;
  double longest = 0;
  for (const PurchaseHistory& c : customers) {
    if (!IsPossible(c)) {
      return Invalid("a purchase history is impossible (repeats, recency, observed)");
    }
    repeats.Add(c.repeats);
    log_gaps.Add(c.log_gaps);
    longest = std::max(longest, c.observed);
  }
  if (longest == 0) {
    return Invalid("nobody is observed for any time: all first purchases are at the end")
        .WithRemedy("choose a later --until");
  }
  if (repeats.Value() == 0) {
    return Invalid("nobody bought twice: repeat purchases are what these models learn from");
  }
  sample.customers_ = static_cast<double>(customers.size());
  sample.scale_ = longest;
  sample.mean_repeats_ = repeats.Value() / sample.customers_;
  sample.mean_log_gaps_ =
      log_gaps.Value() / sample.customers_ - sample.mean_repeats_ * std::log(longest);
  for (PurchaseHistory& c : customers) {
    c.recency /= longest;
    c.observed /= longest;
    c.log_gaps = 0;
  }
  std::sort(customers.begin(), customers.end());
  sample.Index(customers, std::vector<double>(customers.size(), 1));
  for (Group& group : sample.groups_) group.share /= sample.customers_;
  return sample;
}

GroupedHistories GroupedHistories::Coarse() const {
  if (groups_.size() <= kCoarseGroupsMin) return *this;
  const auto snap = [](double time) { return std::round(time * kGrid) / kGrid; };
  std::vector<std::pair<PurchaseHistory, double>> rough;
  for (const Group& group : groups_) {
    PurchaseHistory history;
    // Many repeats: a tenth more or less does not matter for first steps.
    const double x = repeats_[group.repeats];
    history.repeats =
        x < 20 ? x : std::round(std::pow(1.1, std::round(std::log(x) / std::log(1.1))));
    history.recency = snap(times_[group.recency]);
    history.observed = std::max(history.recency, snap(times_[group.observed]));
    rough.emplace_back(history, group.share);
  }
  std::sort(rough.begin(), rough.end());
  std::vector<PurchaseHistory> histories;
  std::vector<double> shares;
  for (const auto& [history, share] : rough) {
    histories.push_back(history);
    shares.push_back(share);
  }
  GroupedHistories coarse = *this;
  coarse.Index(histories, shares);
  return coarse;
}

}  // namespace signet::pipelines
