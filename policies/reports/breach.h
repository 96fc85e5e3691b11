/// What somebody who had a key, a worker or a file could read: the scope of a breach (GDPR Art.
/// 33).
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "policies/compile/policy.h"
#include "policies/reports/document.h"

namespace signet::policies {

/// One dataset, as far as it was readable.
struct ReadableDataset {
  std::string pipeline, dataset, kind;
  std::string purpose;  ///< for which a worker was leased it; empty: at rest
  std::set<std::string> label_classes;
  std::set<std::string> columns;
  std::set<std::string> categories;
  std::set<std::string> special;
  std::set<std::string> identifiability;
  std::set<int> partitions;
  uint64_t rows = 0;
  /// Whether the log, or the registry, knows the rows; else they are at most so many.
  bool rows_exact = true;
  uint64_t subjects_max = 0;          ///< persons of those partitions: at most so many
  std::vector<uint64_t> log_entries;  ///< that show it
};

struct BreachScope {
  std::string what;   ///< "worker w-1", "key ...", "artifact ..."
  std::string since;  ///< empty: from the beginning
  std::vector<ReadableDataset> datasets;
  uint64_t subjects_max = 0;  ///< over all datasets
};

/// Art. 33(3)(a)-(d): nature, categories and approximate numbers, likely consequences, measures.
/// What only a person knows is open.
ReportDocument MakeBreach(const Policy& policy, const BreachScope& scope, const std::string& made);

}  // namespace signet::policies
