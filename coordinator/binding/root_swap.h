/// RootSwap: the last part of giving a state a new root: files that change places, whole or not at
/// all.
///
///   STATE/root.next/            what the new root has made (coordinator/keys/root_replacement.h)
///     store/, custody/, custody.json, checkpoint.note, coordinator.key
///     READY                     written last: from here on the state has the new root
///   STATE/store.old, custody.old    on their way out
#pragma once

#include <filesystem>

#include "crypto/base/status.h"

namespace signet::coordinator {

std::filesystem::path RootStaging(const std::filesystem::path& state);

/// Once the staging is whole and the state is closed: from here on it has the new root.
Status MarkRootReady(const std::filesystem::path& state);

/// Called before a state is opened. Nothing without READY. With it the new files take their places,
/// the old custody's key files are overwritten and removed, the old store and what is served from
/// old tokens are removed; a crash anywhere is finished by the next call. kUnavailable while
/// another process does the same. `steps` (for tests) ends the work after so many of them, as a
/// crash would.
Status FinishRootSwap(const std::filesystem::path& state, int steps = 1'000);

/// Removes what a crash left of a staging without READY, its keys overwritten. Only for who holds
/// the state's store: another process may be staging otherwise.
Status DropRootStaging(const std::filesystem::path& state);

}  // namespace signet::coordinator
