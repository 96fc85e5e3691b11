/// Top-coding: values that few people have become "the rest", or the bound beyond which few lie.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signet::policies {

/// A table of values that may be shown: each with at least the minimum, the rest as one.
struct ShownValues {
  std::map<std::string, int64_t> shown;
  /// People whose value is not shown; 0, or at least the minimum.
  int64_t rest = 0;
  int64_t values_in_rest = 0;
};

/// Merges values of fewer than `min_group` people into the rest; where the rest itself would be a
/// small group, the rarest values shown join it. Nothing at all is shown when all people together
/// are fewer than the minimum (then `rest` is 0 and `shown` empty).
ShownValues MergeRareValues(const std::map<std::string, int64_t>& people, int64_t min_group);

/// The bounds beyond which fewer than `min_group` values lie: what is larger (smaller) is shown as
/// the bound. Nothing when there are fewer than 2 x min_group values.
struct CodedRange {
  double bottom = 0;
  double top = 0;
};
std::optional<CodedRange> CodeRange(std::vector<double> values, int64_t min_group);

}  // namespace signet::policies
