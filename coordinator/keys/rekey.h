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

/// When a data key or a worker that held some may have leaked. Workers seal every live dataset,
/// identities and keyring included, under new random data keys; the consent ledger follows; the key
/// of encrypted cells is given up (the next run makes one); a new KEK generation is made and the
/// older ones die. One log entry names what was done.
///
/// Not replaced: the root and what is derived from it (link values, tokens, the log's key) - that
/// is a new state - and the subjects' own cell keys, which are sealed anew with the keyring and
/// replaced when a run seals their cells again.
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
