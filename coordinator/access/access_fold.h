/// Takes servers' reports of reads into the log.
#pragma once

#include <cstdint>

#include "crypto/audit/audit_log.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::coordinator {

struct AccessFold {
  uint64_t reports = 0;  ///< taken
  uint64_t entries = 0;  ///< written to the log
  uint64_t gaps = 0;     ///< reports that are missing or not authentic
};

/// Writes one `snapshot.read` entry for each record of each report that is new, and
/// `snapshot.read.gap` where a server's running number skips or a report is not authentic, in one
/// write with the numbers reached; then deletes the files (a report that is not authentic is kept
/// as
/// `.refused`). Repeated after a crash it writes nothing twice.
Result<AccessFold> FoldAccessReports(crypto::AuditLog& log,
                                     crypto::KvStore& store,
                                     const pipelines::ServingFolder& folder);

}  // namespace signet::coordinator
