/// The state's sealed tables about persons: which link values are whose, and each person's own
/// keys.
#pragma once

#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Their names among a state's datasets.
inline constexpr char kIdentityDataset[] = "@identity";
inline constexpr char kKeyringDataset[] = "@keyring";

/// One row per link value: `link` uuid, `type` text ("email", "id:crm" with its domain), `subject`
/// uuid (assigned at first sight), `alias_of` uuid (the older person whom `subject` turned out to
/// be; NULL: itself; taking it back undoes the merge), `blocked` bool (too many links: identifies
/// nobody), `seen` int (the number of the resolve that first saw the subject). Class links. A
/// blocked value has the nil subject.
Schema IdentitySchema();

/// One row per subject: `subject` uuid, `cell_key` bytes (32: seals escrowed cells), `log_key`
/// bytes (32: makes subject references in the log; behind it those of before each re-key, so that
/// older references are still recognised). Class escrow.
Schema KeyringSchema();

}  // namespace signet::pipelines
