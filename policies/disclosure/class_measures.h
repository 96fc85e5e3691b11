/// How alike people look: classes of equal quasi-identifiers, and what they tell about a secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace signet::policies {

/// Values of one column as numbers, one per row: equal values have equal numbers.
using Codes = std::vector<uint32_t>;

struct ClassMeasures {
  size_t rows = 0;
  size_t classes = 0;
  int64_t smallest = 0;  ///< the k of k-anonymity; 0 without rows
  int64_t largest = 0;
  /// Rows in classes of fewer than k people: who would have to be suppressed.
  size_t rows_below_k = 0;
};

/// The classes of rows with equal `quasi` columns (all of one length; none = one class).
/// `class_of`, when given, receives the number of each row's class. Source: Samarati, Sweeney,
/// "Protecting privacy when disclosing information", 1998.
ClassMeasures MeasureClasses(std::span<const Codes> quasi, int64_t k, Codes* class_of = nullptr);

/// What the classes tell about a sensitive column.
struct SensitiveMeasures {
  /// Distinct l-diversity: the fewest different values in a class.
  int64_t distinct_l = 0;
  /// Entropy l-diversity: the smallest exp(entropy) of a class. Source: Machanavajjhala et al.,
  /// "l-Diversity", ICDE 2006, definition 4.1.
  double entropy_l = 0;
  /// t-closeness: the largest earth mover's distance between a class and all rows, with equal
  /// distances between values. Source: Li, Li, Venkatasubramanian, "t-Closeness", ICDE 2007, 5.2.
  double t_equal = 0;
  /// The same with values in an order (code 0 < 1 < ...): ordered distance, section 5.1 there.
  double t_ordered = 0;
};

/// `class_of` as MeasureClasses gives it; `sensitive` has as many rows. Zeros without rows.
SensitiveMeasures MeasureSensitive(const Codes& class_of, size_t classes, const Codes& sensitive);

}  // namespace signet::policies
