/// Root replacement: everything that a state's root derives, under another root.
#pragma once

#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody_settings.h"

namespace signet::coordinator {

struct RootRequest {
  crypto::CustodySettings next;  ///< where the new root is: files, or what the operator prepared
  size_t rewritten = 0;          ///< datasets that RekeyEverything sealed anew just before
  std::string actor;
  std::string why;
};

/// When the root itself may have leaked. Makes the new custody and, beside the state, a store under
/// it (root_swap.h): every value sealed under the new store key, every data key wrapped anew; keys
/// of digests, recipients and log are the new root's. The log goes on: its last checkpoint under
/// the old key (STATE/root-N.note, verified by STATE/audit-N.vkey) covers the entry that names the
/// new key. Then close the state, call
/// MarkRootReady and open it again: that puts the new files in their places. A crash before the
/// mark leaves the old root, one after it the new.
///
/// What does not change: the hash keys of link values and of the suppression list, which are
/// carried over under the new root, since nobody could hash again without the identifiers, and the
/// covers over them, which RekeyEverything made just before; members' own keys, which the state
/// never had: members rotate theirs. The
/// coordinator's key on the network (STATE/coordinator.key) is replaced where there is one; workers
/// are told the new one. Recipients get other tokens, so what is served is removed, and the next
/// run publishes. Results known before are computed again.
///
/// Returns {root_epoch, log_key, kek_generation, rewritten, tokens, network_key, audit_index}.
/// kInvalid when the new root is the old one.
Result<Json> StageRoot(StateFolder& state, const RootRequest& request);

}  // namespace signet::coordinator
