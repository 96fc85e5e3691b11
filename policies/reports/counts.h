/// Counts of people that were told, those that may be told now, and what is left of the budgets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/model/purpose.h"
#include "policies/reports/document.h"

namespace signet::policies {

/// The people in one published segment, as far as they may be counted.
struct ReportedCount {
  std::string pipeline, segment;
  std::optional<int64_t> people;  ///< nothing: withheld
  int64_t within_95 = -1;         ///< of a noisy count: how far off in 95 % of answers; -1: exact
  std::string why;                ///< why it is withheld
};

/// A count that somebody was told before, or the size of a list that somebody was given.
struct EarlierCount {
  std::string recipient, group, when;
  int64_t people = 0;
};

/// A recipient's budget of noisy counts.
struct ReportedBudget {
  std::string recipient, gauge, renews;
  double spent = 0;
  double limit = 0;
  double rho = 0;    ///< of answers with Gaussian noise
  double delta = 0;  ///< above 0: `spent` holds but for this probability
};

struct CountFacts {
  std::string recipient;  ///< who is told now
  std::vector<ReportedCount> counts;
  std::vector<EarlierCount> earlier;
  std::vector<ReportedBudget> budgets;
};

/// Sections: the counts, what was told before, the budgets with their gauges, the rules.
ReportDocument MakeCounts(const PublicationRule& rule,
                          const CountFacts& facts,
                          const std::string& made);

}  // namespace signet::policies
