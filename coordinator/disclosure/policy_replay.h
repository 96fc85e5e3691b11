/// Recorded runs under another policy: what would be denied, whom it concerns, what would vanish.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// Replays the plans of the state's runs of the last `days` days (each different plan once) and the
/// consent ledger of now under `after`, and compares with `before`:
///   {days, plans, runs,
///    columns: [{pipeline, step, column, purpose, before, after, rule, article, message, rows}],
///    subjects: [{pipeline, purpose, relation, newly_denied, newly_allowed}],
///    steps: [{pipeline, step, why}],                  steps that would be refused
///    segments: [{pipeline, segment, why}]}            segments that would vanish
/// Rows and subjects are disclosure-gated: a number, or "fewer than K" with the larger minimum of
/// the two policies. No dataset is opened: rows are those of the registry, subjects of the ledger.
Result<Json> ReplayRuns(StateFolder& state,
                        LedgerBook& ledger,
                        const policies::Policy& before,
                        const policies::Policy& after,
                        int64_t days);

/// The same for people.
std::string ReplayText(const Json& replay);

}  // namespace signet::coordinator
