/// Counts of people in segments, as far as they may be told beside all that was told before.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/disclosure_book.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"
#include "policies/reports/counts.h"

namespace signet::coordinator {

/// A published segment and how many members its list has.
struct SegmentCount {
  std::string pipeline;
  std::string segment;
  int64_t people = 0;
};

/// Of the newest ended run of each pipeline; a segment that went to several recipients once for
/// each size.
Result<std::vector<SegmentCount>> PublishedCounts(StateFolder& state);

/// What may be told of them to note.recipient, durably noted first. With noise.epsilon above 0
/// noisy counts, each of which costs that much; those beyond the budget are withheld.
Result<std::vector<policies::ReportedCount>> TellSegments(DisclosureBook& book,
                                                          const std::vector<SegmentCount>& counts,
                                                          const NoiseChoice& noise,
                                                          const policies::PublicationRule& rule,
                                                          const TellingNote& note);

/// The facts of `signet report counts`.
Result<policies::CountFacts> GatherCounts(StateFolder& state,
                                          const NoiseChoice& noise,
                                          const policies::PublicationRule& rule,
                                          const TellingNote& note);

/// A run's report (run_json.h) for the page that is handed around: the counts of people in segments
/// that may not be told are null, in the figures of segment steps and in the snapshots.
Result<Json> TellRunReport(DisclosureBook& book,
                           Json report,
                           const policies::PublicationRule& rule,
                           const TellingNote& note);

}  // namespace signet::coordinator
