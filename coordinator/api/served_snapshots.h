/// What signet-serve serves now: per recipient its current snapshots and the tokens withdrawn.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/api/segment_index.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/status.h"
#include "crypto/transparency/log_policy.h"
#include "crypto/transparency/signed_note.h"
#include "pipelines/snapshots/manifest.h"
#include "pipelines/snapshots/serving_folder.h"
#include "pipelines/snapshots/withdrawals.h"

namespace signet::coordinator {

/// One current snapshot, ready for lookups. Immutable.
struct ServedSnapshot {
  pipelines::SnapshotManifest manifest;
  std::string manifest_json;
  std::string note;
  std::unique_ptr<SegmentIndex> index;
};

/// One recipient's view: replaced as a whole. Immutable.
struct ServedRecipient {
  std::map<std::string, std::shared_ptr<const ServedSnapshot>, std::less<>> snapshots;
  pipelines::Withdrawals withdrawals;

  /// Whether the token must be answered as absent from that snapshot: it was withdrawn altogether
  /// (erasure), or, after the snapshot was made, from the purpose it serves.
  [[nodiscard]] bool IsWithdrawn(const Uuid& token,
                                 const pipelines::SnapshotManifest& manifest) const;
};

/// Loads and reloads. Lookups take a shared_ptr and are never blocked by a reload.
class ServedSnapshots {
 public:
  /// `index_root` is a folder of its own (emptied at start). With `verifier`, manifests and
  /// overlays must carry its signature. The references must outlive this.
  ServedSnapshots(const pipelines::ServingFolder& folder,
                  std::filesystem::path index_root,
                  std::optional<crypto::VerifierKey> verifier,
                  Clock& clock,
                  Entropy& entropy);

  /// From now on a version is served only if the log announces it under a checkpoint that `policy`
  /// accepts (published_proof.h); notes must carry a signature of one of its logs. Call before the
  /// first Reload.
  void RequireProof(crypto::LogPolicy policy);

  /// Brings in new current versions and overlays. Returns how many snapshots changed. A snapshot
  /// that cannot be read stays at its old version; the first such failure is returned after all
  /// others were tried.
  Result<int> Reload();

  /// The recipient's view, or null.
  [[nodiscard]] std::shared_ptr<const ServedRecipient> Of(std::string_view recipient) const;
  [[nodiscard]] Timestamp Now() const { return clock_.Now(); }
  [[nodiscard]] const pipelines::ServingFolder& folder() const { return folder_; }

 private:
  Result<std::shared_ptr<const ServedSnapshot>> Load(const pipelines::SnapshotName& name,
                                                     const std::string& version);
  Status Verify(const std::string& note, const std::string& text) const;
  Status VerifyProof(const pipelines::SnapshotName& name, const ServedSnapshot& snapshot) const;
  Status ReloadSnapshot(const pipelines::SnapshotName& name, ServedRecipient& view, int& changed);
  Status ReloadWithdrawals(const std::string& recipient, ServedRecipient& view);

  const pipelines::ServingFolder& folder_;
  std::filesystem::path index_root_;
  std::optional<crypto::VerifierKey> verifier_;
  std::optional<crypto::LogPolicy> policy_;
  Clock& clock_;
  Entropy& entropy_;
  uint64_t builds_ = 0;
  mutable std::mutex mutex_;  // guards recipients_
  std::map<std::string, std::shared_ptr<const ServedRecipient>, std::less<>> recipients_;
};

}  // namespace signet::coordinator
