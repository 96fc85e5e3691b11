/// Translates RocksDB's Status into ours, with what the user can do.
#pragma once

#include <string>

#include <rocksdb/status.h>

#include "crypto/base/status.h"

namespace signet::crypto {

/// A failed open of the store at `path`.
Status RocksOpenStatus(const rocksdb::Status& failed, const std::string& path);
/// A failed read.
Status RocksReadStatus(const rocksdb::Status& failed, const std::string& path);
/// A failed write: kUnavailable when nothing can have happened, else kUnknownOutcome.
Status RocksWriteStatus(const rocksdb::Status& failed, const std::string& path);

}  // namespace signet::crypto
