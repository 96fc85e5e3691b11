#include "pipelines/math/purchase_history.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kCustomersMin = 10;
constexpr size_t kCoarseGroupsMin = 1500;  // below, the sample itself is small enough

bool IsPossible(const PurchaseHistory& c) {
  return std::isfinite(c.repeats) && std::isfinite(c.observed) && std::isfinite(c.log_gaps) &&
         c.repeats >= 0 && c.recency >= 0 && c.recency <= c.observed &&
         (c.repeats > 0 || c.recency == 0);
}

/// Numbers distinct values as they come. Their rising order comes last: histories share few times,
/// so that sorting the distinct ones costs next to nothing.
class Distinct {
 public:
  Distinct() : slots_(kSlotsFirst, kEmpty) {}

  /// The number of the value; -0 and 0 are one.
  uint32_t Number(double value) {
    if (2 * values_.size() >= slots_.size()) Grow();
    value += 0.0;
    const size_t slot = SlotOf(value);
    uint32_t& number = slots_.data()[slot];
    if (number == kEmpty) {
      number = static_cast<uint32_t>(values_.size());
      values_.push_back(value);
    }
    return number;
  }

  /// Hands over the values, rising; `ranks` says which of them each number is.
  std::vector<double> Finish(std::vector<uint32_t>& ranks) const {
    std::vector<uint32_t> order(values_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return values_[a] < values_[b];
    });
    std::vector<double> sorted(order.size());
    ranks.resize(order.size());
    for (uint32_t i = 0; i < order.size(); ++i) {
      sorted[i] = values_[order[i]];
      ranks[order[i]] = i;
    }
    return sorted;
  }

 private:
  static constexpr uint32_t kEmpty = UINT32_MAX;
  static constexpr size_t kSlotsFirst = 1024;

  /// Where the value is, or where it belongs.
  [[nodiscard]] size_t SlotOf(double value) const {
    const uint64_t mixed = std::bit_cast<uint64_t>(value) * 0x9E3779B97F4A7C15;
    size_t slot = (mixed >> 32U) & (slots_.size() - 1);
    while (slots_.data()[slot] != kEmpty && values_.data()[slots_.data()[slot]] != value) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }
  void Grow() {
    slots_.assign(4 * slots_.size(), kEmpty);
    for (uint32_t i = 0; i < values_.size(); ++i) slots_[SlotOf(values_[i])] = i;
  }

  std::vector<double> values_;
  std::vector<uint32_t> slots_;
};

using Group = GroupedHistories::Group;

/// Sorts by one number of each group, all of them below `end`; equal ones stay as they are.
void SortBy(uint32_t Group::*number, size_t end, std::vector<Group>& groups) {
  std::vector<uint32_t> next(end + 1, 0);
  for (const Group& group : groups) ++next.data()[group.*number + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<Group> sorted(groups.size());
  for (const Group& group : groups) sorted.data()[next.data()[group.*number]++] = group;
  groups = std::move(sorted);
}

}  // namespace

void GroupedHistories::Join(std::vector<Group> parts) {
  SortBy(&Group::observed, times_.size(), parts);
  SortBy(&Group::recency, times_.size(), parts);
  SortBy(&Group::repeats, repeats_.size(), parts);
  groups_.clear();
  for (const Group& part : parts) {
    const bool same = !groups_.empty() && groups_.back().repeats == part.repeats &&
                      groups_.back().recency == part.recency &&
                      groups_.back().observed == part.observed;
    if (same) {
      groups_.back().share += part.share;
    } else {
      groups_.push_back(part);
    }
  }
}

Result<GroupedHistories> GroupedHistories::Of(const std::vector<PurchaseHistory>& customers) {
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
  Distinct repeats_seen;
  Distinct times_seen;
  std::vector<Group> parts;
  parts.reserve(customers.size());
  for (const PurchaseHistory& c : customers) {
    parts.push_back({repeats_seen.Number(c.repeats),
                     times_seen.Number(c.recency),
                     times_seen.Number(c.observed),
                     1});
  }
  std::vector<uint32_t> repeats_rank;
  std::vector<uint32_t> times_rank;
  sample.repeats_ = repeats_seen.Finish(repeats_rank);
  sample.times_ = times_seen.Finish(times_rank);
  for (double& time : sample.times_) time /= longest;
  for (Group& part : parts) {
    part.repeats = repeats_rank[part.repeats];
    part.recency = times_rank[part.recency];
    part.observed = times_rank[part.observed];
  }
  sample.Join(std::move(parts));
  for (Group& group : sample.groups_) group.share /= sample.customers_;
  return sample;
}

GroupedHistories GroupedHistories::Coarse(double grid) const {
  if (groups_.size() <= kCoarseGroupsMin) return *this;
  const auto rounded = [](std::vector<double>& values, const auto& rule) {
    Distinct seen;
    std::vector<uint32_t> numbers;
    numbers.reserve(values.size());
    for (const double value : values) numbers.push_back(seen.Number(rule(value)));
    std::vector<uint32_t> ranks;
    values = seen.Finish(ranks);
    for (uint32_t& number : numbers) number = ranks[number];
    return numbers;
  };
  GroupedHistories coarse = *this;
  // Many repeats: a tenth more or less does not matter for first steps.
  const std::vector<uint32_t> repeats = rounded(coarse.repeats_, [](double x) {
    return x < 20 ? x : std::round(std::pow(1.1, std::round(std::log(x) / std::log(1.1))));
  });
  const std::vector<uint32_t> times =
      rounded(coarse.times_, [grid](double time) { return std::round(time * grid) / grid; });
  std::vector<Group> parts = groups_;
  for (Group& part : parts) {
    part.repeats = repeats[part.repeats];
    part.recency = times[part.recency];
    part.observed = times[part.observed];
  }
  coarse.Join(std::move(parts));
  return coarse;
}

}  // namespace signet::pipelines
