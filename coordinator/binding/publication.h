/// Publication: from a publish task's result to a signed snapshot that signet-serve can serve.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/store/kv_store.h"
#include "pipelines/record/task.h"
#include "pipelines/snapshots/manifest.h"

namespace signet::coordinator {

/// What a publication says of where it comes from.
struct PublicationFacts {
  std::string run;
  std::string policy_digest;
  std::string plan_digest;
  std::string purpose;
  Timestamp as_of;
  Json segment_definitions;                   ///< by segment
  Json model_cards;                           ///< by model
  std::map<std::string, std::string> inputs;  ///< dataset to content digest
  std::string shown_before;                   ///< SnapshotManifest::shown_before
};

/// Publishes with an outbox: the log entry, the manifest and the intent are one write; the serving
/// folder follows, again after a crash. Belongs to one thread.
class Publisher {
 public:
  explicit Publisher(StateFolder& state) : state_(state) {}

  /// Puts log entry, manifest and intent into `batch`; nothing is visible yet.
  Result<pipelines::SnapshotManifest> Prepare(const pipelines::TaskResult& result,
                                              const PublicationFacts& facts,
                                              uint64_t fence,
                                              crypto::WriteBatch& batch);
  /// After the batch is durable: signs a checkpoint that covers the entries and makes every
  /// intended snapshot current. Also called at start.
  Status Deliver();
  /// Signs a checkpoint, and where STATE/log-policy asks for witnesses has it cosigned:
  /// kUnavailable when the quorum is not reached (the snapshots wait), kCorrupt when a witness
  /// knows better.
  Status Checkpoint();

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
