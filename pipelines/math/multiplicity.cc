#include "pipelines/math/multiplicity.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace signet::pipelines {

std::string_view CorrectionName(Correction correction) {
  switch (correction) {
    case Correction::kNone:
      return "none";
    case Correction::kHolm:
      return "holm";
    case Correction::kBenjaminiHochberg:
      break;
  }
  return "bh";
}

std::vector<double> Adjusted(std::span<const double> p_values, Correction correction) {
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  if (correction == Correction::kNone) return adjusted;
  std::vector<size_t> order;
  for (size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  const auto tests = static_cast<double>(order.size());
  double reached = 0;
  for (size_t rank = 0; rank < order.size() && correction == Correction::kHolm; ++rank) {
    reached = std::max(reached, p_values[order[rank]] * (tests - static_cast<double>(rank)));
    adjusted[order[rank]] = std::min(1.0, reached);
  }
  reached = 1;
  for (size_t rank = order.size(); rank > 0 && correction != Correction::kHolm; --rank) {
    reached = std::min(reached, p_values[order[rank - 1]] * tests / static_cast<double>(rank));
    adjusted[order[rank - 1]] = reached;
  }
  return adjusted;
}

}  // namespace signet::pipelines
