/// Reports of a server about who read what, for the log: counted in memory, written in batches into
/// a spool beside the snapshots, read there by the coordinator.
///
///   ROOT/.access/<server>/<batch, 16 digits>.report
///
/// A report is one JSON object, a line feed and the hex HMAC-SHA-256 of both under a key derived
/// from the serving key. <server> is 16 hex digits, new for each start of a server; its batches
/// count from 0, so that a missing one shows. The server needs nothing of the coordinator's:
/// neither its keys nor its state. Not guaranteed: what a server counted and had not yet written
/// when it was killed (one poll), and reports of a whole server that somebody deletes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/status.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::pipelines {

/// What one call read.
enum class AccessKind { kLookup, kResolve, kDiff, kManifest, kRefused };

/// Calls of one recipient on one version of a snapshot.
struct AccessRecord {
  std::string recipient;
  std::string snapshot;
  std::string version;
  uint64_t calls = 0;      ///< answered
  uint64_t lookups = 0;    ///< tokens looked up
  uint64_t resolved = 0;   ///< identifiers asked for
  uint64_t diffs = 0;      ///< differences read
  uint64_t manifests = 0;  ///< manifests read
  uint64_t refused = 0;    ///< calls refused
  uint64_t clients = 0;    ///< distinct certificates
};

struct AccessReport {
  std::string server;
  uint64_t batch = 0;
  Timestamp from;
  Timestamp until;
  std::vector<AccessRecord> records;
};

/// Counts and writes. Safe from any thread; counting takes one short lock.
class AccessSpool {
 public:
  /// `folder` gives root and key. Makes the server's folder; kUnavailable when it cannot be
  /// written.
  static Result<std::unique_ptr<AccessSpool>> Open(const ServingFolder& folder,
                                                   Clock& clock,
                                                   Entropy& entropy);

  /// `items`: tokens or identifiers of the call. `client` (a certificate's identity) is counted,
  /// never written.
  void Count(const std::string& recipient,
             const std::string& snapshot,
             const std::string& version,
             AccessKind kind,
             uint64_t items,
             const std::string& client);
  /// Writes what was counted since the last time, if anything. After a failure it is kept and
  /// counted on.
  Status Flush();

 private:
  struct Counted {
    AccessRecord record;
    std::set<std::string> clients;
  };

  AccessSpool(std::filesystem::path path, std::string server, SecretBytes key, Clock& clock);

  std::filesystem::path path_;
  std::string server_;
  SecretBytes key_;
  Clock& clock_;
  std::mutex flush_mutex_;  // one Flush at a time; guards batch_
  uint64_t batch_ = 0;
  std::mutex mutex_;  // guards the rest
  Timestamp from_;
  std::map<std::tuple<std::string, std::string, std::string>, Counted> counted_;
};

/// One file of the spool.
struct SpooledReport {
  std::filesystem::path file;
  std::string server;  ///< from the path
  uint64_t batch = 0;  ///< from the path
  /// kCorrupt when it is not authentic or not about its own name.
  Result<AccessReport> report = AccessReport{};
};

/// All reports, by server and batch; other files are left alone. Empty when there is no spool.
Result<std::vector<SpooledReport>> ReadAccessReports(const ServingFolder& folder);

}  // namespace signet::pipelines
