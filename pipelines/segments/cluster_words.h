/// A cluster in a few words: "frequent, discount-driven, store".
#pragma once

#include <string>
#include <vector>

namespace signet::pipelines {

/// How a cluster's mean of a column lies against all rows.
struct ColumnContrast {
  std::string column;
  double effect = 0;  ///< (mean of the cluster - mean of all) / standard deviation of all
};

/// What is known about a column from the words in its name: "orders_count_90d" is how often.
/// Returns {word for low, word for high}; for unknown names "low X" and "high X".
struct ContrastWords {
  std::string low;
  std::string high;
};
ContrastWords WordsFor(const std::string& column);

/// The words of the strongest contrasts (at most `words_max`, |effect| at least 0.5), strongest
/// first; "average" when no column stands out. A word is told once.
std::string ClusterWords(std::vector<ColumnContrast> contrasts, size_t words_max = 4);

/// Five significant digits, without zeros that tell nothing: "12.5", "1250000".
std::string ShortNumber(double value);

}  // namespace signet::pipelines
