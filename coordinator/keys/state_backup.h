/// Backup and restore of a state: everything but custody, which is kept apart.
///
///   DIR/backup.json    {format, made, entries, checkpoint, kek_generation, store, blobs}
///   DIR/backup.note    the same text, signed with the log's key
///   DIR/store.sealed   sealed stream (key: store key for "backup"; context: "signet/backup/v1"):
///                      field(key) ‖ field(value) of every entry of the store, in order
///   DIR/blobs/ab/cdef  the sealed artifacts, as they are
///   DIR/receipts/, runs/, audit.vkey, checkpoint.note, custody.json, workers, log-policy,
///   log-retention, test-state   as in the state
///
/// The store holds the coordinator's journal, ledgers and log; `runs/` what each run was asked for:
/// runs that had not ended go on from the restored state.
///
/// A backup opens with the root in custody alone. Its data keys are wrapped under a KEK generation
/// that custody destroys at the next erasure: from then on the backup is dead, on purpose.
/// The serving folder is not part of it (it has its own key, and is published again).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Writes a backup of `state` into the new or empty folder `out`, and logs that. kConflict when the
/// folder holds something.
Result<Json> BackUp(StateFolder& state, const std::filesystem::path& out, const std::string& actor);

/// Copies custody in files (root and KEK generations), and the coordinator's network key, which
/// workers elsewhere know, into the new folder `out` (0700). Keep it
/// away from backups, and destroy it after each rotation: it can undo every erasure since. kInvalid
/// for custody in a token, which its own means copy.
Status BackUpCustody(const std::filesystem::path& state, const std::filesystem::path& out);

struct RestoreRequest {
  std::filesystem::path from;     ///< what BackUp wrote
  std::filesystem::path state;    ///< has no store; may have custody and the newest checkpoint
  std::filesystem::path custody;  ///< what BackUpCustody wrote; empty: custody is in place
  std::filesystem::path
      checkpoint;  ///< the newest checkpoint known elsewhere (a witness); or empty
  std::string actor;
};

/// Restores and verifies the whole log. Refuses (kCorrupt, nothing is left behind) a backup that is
/// damaged or of another root, that knows an older KEK generation than custody (an erasure happened
/// since), or fewer log entries than a checkpoint known beside it: what was withdrawn or erased
/// since must not come back.
Result<Json> Restore(const RestoreRequest& request, Clock& clock, Entropy& entropy);

}  // namespace signet::coordinator
