#include "policies/disclosure/rare_values.h"

#include <algorithm>
#include <utility>

namespace signet::policies {

ShownValues MergeRareValues(const std::map<std::string, int64_t>& people, int64_t min_group) {
  std::vector<std::pair<int64_t, std::string>> by_size;
  by_size.reserve(people.size());
  int64_t all = 0;
  for (const auto& entry : people) {
    by_size.emplace_back(entry.second, entry.first);
    all += entry.second;
  }
  ShownValues result;
  if (all < min_group) return result;
  std::sort(by_size.begin(), by_size.end());
  for (const auto& [count, value] : by_size) {
    const bool small_rest = result.rest > 0 && result.rest < min_group;
    if (count < min_group || small_rest) {
      result.rest += count;
      ++result.values_in_rest;
    } else {
      result.shown.emplace(value, count);
    }
  }
  return result;
}

std::optional<CodedRange> CodeRange(std::vector<double> values, int64_t min_group) {
  const auto group = static_cast<size_t>(std::max<int64_t>(1, min_group));
  if (values.size() < 2 * group) return std::nullopt;
  std::sort(values.begin(), values.end());
  // At least `group` values are at or below `bottom`, and as many at or above `top`.
  return CodedRange{values[group - 1], values[values.size() - group]};
}

}  // namespace signet::policies
