#include "policies/disclosure/class_measures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "crypto/base/check.h"

namespace signet::policies {
namespace {

// Refines the classes so far by one more column: pairs (class, code) become numbers.
size_t Refine(Codes& classes, const Codes& column) {
  std::unordered_map<uint64_t, uint32_t> numbers;
  numbers.reserve(classes.size() / 4 + 16);
  for (size_t row = 0; row < classes.size(); ++row) {
    const uint64_t pair = (uint64_t{classes[row]} << 32U) | column[row];
    const auto added = numbers.emplace(pair, static_cast<uint32_t>(numbers.size()));
    classes[row] = added.first->second;
  }
  return numbers.size();
}

/// Half the sum of differences: the earth mover's distance with equal ground distances.
double EqualDistance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / 2.0;
}

double OrderedDistance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2) return 0;
  double sum = 0;
  double carried = 0;
  for (size_t i = 0; i + 1 < a.size(); ++i) {
    carried += a[i] - b[i];
    sum += std::abs(carried);
  }
  return sum / static_cast<double>(a.size() - 1);
}

}  // namespace

ClassMeasures MeasureClasses(std::span<const Codes> quasi, int64_t k, Codes* class_of) {
  ClassMeasures measures;
  if (quasi.empty()) {
    // No quasi-identifier: everybody looks like everybody, so there is one class of all rows.
    if (class_of == nullptr) return measures;
    measures.rows = class_of->size();
  } else {
    measures.rows = quasi.front().size();
  }
  Codes classes(measures.rows, 0);
  size_t count = measures.rows == 0 ? 0 : 1;
  for (const Codes& column : quasi) {
    CHECK(column.size() == measures.rows);
    count = Refine(classes, column);
  }
  std::vector<int64_t> sizes(count, 0);
  for (const uint32_t number : classes) ++sizes[number];
  measures.classes = count;
  for (const int64_t size : sizes) {
    measures.smallest = measures.smallest == 0 ? size : std::min(measures.smallest, size);
    measures.largest = std::max(measures.largest, size);
    if (size < k) measures.rows_below_k += static_cast<size_t>(size);
  }
  if (class_of != nullptr) *class_of = std::move(classes);
  return measures;
}

SensitiveMeasures MeasureSensitive(const Codes& class_of, size_t classes, const Codes& sensitive) {
  SensitiveMeasures measures;
  CHECK(class_of.size() == sensitive.size());
  if (sensitive.empty() || classes == 0) return measures;
  const size_t values = size_t{*std::max_element(sensitive.begin(), sensitive.end())} + 1;
  std::vector<std::unordered_map<uint32_t, size_t>> counts(classes);
  std::vector<size_t> sizes(classes, 0);
  std::vector<double> overall(values, 0.0);
  for (size_t row = 0; row < sensitive.size(); ++row) {
    ++counts[class_of[row]][sensitive[row]];
    ++sizes[class_of[row]];
    overall[sensitive[row]] += 1.0 / static_cast<double>(sensitive.size());
  }
  bool first = true;
  std::vector<double> shares(values, 0.0);
  for (size_t c = 0; c < classes; ++c) {
    if (sizes[c] == 0) continue;
    std::fill(shares.begin(), shares.end(), 0.0);
    double entropy = 0;
    for (const auto& entry : counts[c]) {
      const double share = static_cast<double>(entry.second) / static_cast<double>(sizes[c]);
      shares[entry.first] = share;
      entropy -= share * std::log(share);
    }
    const auto distinct = static_cast<int64_t>(counts[c].size());
    measures.distinct_l = first ? distinct : std::min(measures.distinct_l, distinct);
    measures.entropy_l =
        first ? std::exp(entropy) : std::min(measures.entropy_l, std::exp(entropy));
    measures.t_equal = std::max(measures.t_equal, EqualDistance(shares, overall));
    measures.t_ordered = std::max(measures.t_ordered, OrderedDistance(shares, overall));
    first = false;
  }
  return measures;
}

}  // namespace signet::policies
