/// Emergency re-key: everything that rests in a state, sealed anew under fresh data keys.
#pragma once

#include <functional>
#include <string>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/dispatch/run_binder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// When a key or a worker that held some may have leaked. Everything that rests in the state goes
/// under new keys:
///
///   - each live dataset, identities and keyring included: new random data keys, by workers
///   - link values, suppression list, kept signals, open requests: new covers (crypto/pseudonym)
///   - each person's cell and log key, and the key of `encrypt` cells; sealed cells with them
///   - consent ledger, its deltas, corrections, open requests: new random data keys
///   - a new KEK generation; the older ones die
///
/// The datasets, and all that stands under covers, change in one write: a re-key that does not
/// finish has changed nothing of them, and is repeated. The rest follows in writes of its own,
/// which a repetition does again. One log entry names what was done.
///
/// Not replaced: the root and what is derived from it (root_replacement.h). The next run of each
/// pipeline finds no earlier result, and makes the values of `pseudonymise` columns anew, whose key
/// comes with the cover.
struct RekeyTools {
  std::function<Result<RunView>(const RunSpec& spec, RunBinder& binder)> run;  ///< on workers
  std::function<RunId()> new_run;
};

Result<Json> RekeyEverything(StateFolder& state,
                             LedgerBook& ledger,
                             const RekeyTools& tools,
                             const std::string& actor,
                             const std::string& why);

}  // namespace signet::coordinator
