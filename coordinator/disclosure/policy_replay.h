/// Recorded runs under another policy: what would be denied, whom it concerns, what would vanish.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/disclosure/count_gate.h"
#include "coordinator/disclosure/segment_replay.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// What is replayed, and by what means.
struct ReplayQuestion {
  int64_t days = 30;      ///< runs of the last so many days
  CountMembers count;     ///< empty: segments and rows of persons are only bounded
  std::string recipient;  ///< who is told
  AskLedger ask;          ///< which of the counts may be told beside all that was told before
};

/// Replays the plans of the state's runs of the last question.days (each different plan once) and
/// the consent ledger of now under `after`, and compares with `before`:
///   {days, plans, runs,
///    columns: [{pipeline, step, column, purpose, before, after, rule, article, message, rows}],
///    subjects: [{pipeline, purpose, relation, newly_denied, newly_allowed,
///                rows: [{dataset, rows}],              rows about those newly denied
///                rows_allowed: [{dataset, rows}]}],    of sources, about those newly allowed
///    steps: [{pipeline, step, why}],                   steps that would be refused
///    members: [{pipeline, segment, recipient, before, after, exact, may_grow, joining_max}],
///    segments: [{pipeline, segment, why, exact}]}      segments that would vanish
/// Persons newly allowed are counted from the ledger, which knows everybody whom a run's gate saw.
/// Rows about them rest in sources only: what was derived was made without them. For the same
/// reason only a run says which segments they join; of each segment it is counted how many could
/// (joining_max: newly allowed for every purpose that its members passed).
/// Exact: the members of the newest run rest, and were counted one by one under both policies, each
/// against the consents of now for all purposes that they passed. Else a bound: as if all newly
/// denied were members. Numbers pass the disclosure gate with the larger minimum group of the two
/// policies and the ledger of what was told before: a number, "fewer than K", or "withheld ...".
Result<Json> ReplayRuns(StateFolder& state,
                        LedgerBook& ledger,
                        const policies::Policy& before,
                        const policies::Policy& after,
                        const ReplayQuestion& question);

/// The same for people.
std::string ReplayText(const Json& replay);

}  // namespace signet::coordinator
