/// The key of `encrypt` cells. It lasts until a re-key, so that equal cells stay equal.
#pragma once

#include <optional>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Nothing before the first run.
Result<std::optional<DekId>> CellKeyOf(StateFolder& state);

/// Makes a key and, in `batch`, the state's; the one before, if any, is destroyed there.
Result<DekId> NewCellKey(StateFolder& state, crypto::WriteBatch& batch);

}  // namespace signet::coordinator
