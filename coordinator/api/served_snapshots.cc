#include "coordinator/api/served_snapshots.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "crypto/base/log.h"
#include "crypto/base/secret.h"
#include "crypto/transparency/published_proof.h"

namespace signet::coordinator {

namespace fs = std::filesystem;

bool ServedRecipient::IsWithdrawn(const Uuid& token,
                                  const pipelines::SnapshotManifest& manifest) const {
  const auto& entries = withdrawals.entries;
  auto at = std::lower_bound(
      entries.begin(),
      entries.end(),
      token,
      [](const pipelines::Withdrawal& entry, const Uuid& wanted) { return entry.token < wanted; });
  for (; at != entries.end() && at->token == token; ++at) {
    if (at->purpose.empty()) return true;
    if (at->purpose == manifest.purpose && at->time >= manifest.created) return true;
  }
  return false;
}

ServedSnapshots::ServedSnapshots(const pipelines::ServingFolder& folder,
                                 fs::path index_root,
                                 std::optional<crypto::VerifierKey> verifier,
                                 Clock& clock,
                                 Entropy& entropy)
    : folder_(folder),
      index_root_(std::move(index_root)),
      verifier_(std::move(verifier)),
      clock_(clock),
      entropy_(entropy) {
  // What an earlier process left there cannot be read by anyone: its keys died with it.
  std::error_code ignored;
  fs::remove_all(index_root_, ignored);
}

void ServedSnapshots::RequireProof(crypto::LogPolicy policy) {
  // One key signs manifests and overlays: that of the first log.
  verifier_ = policy.logs().front().key;
  policy_ = std::move(policy);
}

Status ServedSnapshots::VerifyProof(const pipelines::SnapshotName& name,
                                    const ServedSnapshot& snapshot) const {
  if (!policy_) return OkStatus();
  const auto announced = folder_.ReadAnnouncement(name, snapshot.manifest.version);
  if (announced.status().code() == StatusCode::kNotFound) {
    return Denied("snapshot '" + name.snapshot + "' was published without the log's receipt");
  }
  if (!announced.ok()) return announced.status();
  return crypto::VerifySnapshotProof(
             {snapshot.manifest_json, snapshot.note, announced->receipt, announced->entry},
             *policy_)
      .status()
      .WithContext("snapshot '" + name.snapshot + "'");
}

Status ServedSnapshots::Verify(const std::string& note, const std::string& text) const {
  if (!verifier_) return OkStatus();
  ASSIGN_OR_RETURN(const crypto::SignedNote parsed, crypto::SignedNote::FromText(note));
  if (parsed.text != text) return Corrupt("a signed note is about something else");
  return crypto::VerifyNote(parsed, *verifier_);
}

Result<std::shared_ptr<const ServedSnapshot>> ServedSnapshots::Load(
    const pipelines::SnapshotName& name, const std::string& version) {
  auto snapshot = std::make_shared<ServedSnapshot>();
  ASSIGN_OR_RETURN(snapshot->manifest, folder_.ReadManifest(name, version));
  snapshot->manifest_json = snapshot->manifest.Canonical();
  ASSIGN_OR_RETURN(snapshot->note, folder_.ReadNote(name, version));
  TRY(Verify(snapshot->note, pipelines::ManifestNoteText(snapshot->manifest)));
  TRY(VerifyProof(name, *snapshot));
  ASSIGN_OR_RETURN(Bytes members, folder_.ReadMembers(name, snapshot->manifest));
  Result<std::unique_ptr<SegmentIndex>> index =
      SegmentIndex::Build(index_root_ / std::to_string(++builds_), members, entropy_);
  Wipe(members.data(), members.size());
  if (!index.ok()) return index.status();
  snapshot->index = std::move(index).value();
  return std::shared_ptr<const ServedSnapshot>(std::move(snapshot));
}

Status ServedSnapshots::ReloadSnapshot(const pipelines::SnapshotName& name,
                                       ServedRecipient& view,
                                       int& changed) {
  ASSIGN_OR_RETURN(const std::string version, folder_.CurrentVersion(name));
  const auto served = view.snapshots.find(name.snapshot);
  if (served != view.snapshots.end() && served->second->manifest.version == version) {
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const ServedSnapshot> loaded, Load(name, version));
  view.snapshots[name.snapshot] = loaded;
  ++changed;
  Log(LogLevel::kInfo,
      "snapshot served",
      Json::Of({{"recipient", name.recipient},
                {"snapshot", name.snapshot},
                {"version", version},
                {"members", loaded->manifest.members}}));
  return OkStatus();
}

Status ServedSnapshots::ReloadWithdrawals(const std::string& recipient, ServedRecipient& view) {
  ASSIGN_OR_RETURN(pipelines::Withdrawals fresh, pipelines::ReadWithdrawals(folder_, recipient));
  if (fresh.sequence < view.withdrawals.sequence) {
    return Corrupt("the withdrawals of '" + recipient + "' went back in time");
  }
  if (fresh.sequence == view.withdrawals.sequence) return OkStatus();
  // What Read checked is that the note's text is about this overlay; the signature is ours.
  if (verifier_) {
    ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::FromText(fresh.note));
    TRY(crypto::VerifyNote(note, *verifier_));
  }
  view.withdrawals = std::move(fresh);
  return OkStatus();
}

Result<int> ServedSnapshots::Reload() {
  int changed = 0;
  Status first;
  const auto keep_first = [&first](const Status& status) {
    if (first.ok() && !status.ok()) first = status;
  };
  ASSIGN_OR_RETURN(const std::vector<pipelines::SnapshotName> names, folder_.Snapshots());
  std::map<std::string, ServedRecipient, std::less<>> views;
  for (const pipelines::SnapshotName& name : names) {
    if (views.contains(name.recipient)) continue;
    const std::shared_ptr<const ServedRecipient> now = Of(name.recipient);
    ServedRecipient& view = views[name.recipient];
    if (now) view = *now;
    keep_first(ReloadWithdrawals(name.recipient, view));
  }
  for (const pipelines::SnapshotName& name : names) {
    keep_first(ReloadSnapshot(name, views[name.recipient], changed));
  }
  for (auto& entry : views) {
    // A snapshot whose folder is gone is served no longer.
    std::erase_if(entry.second.snapshots, [&](const auto& served) {
      return !std::binary_search(
          names.begin(), names.end(), pipelines::SnapshotName{entry.first, served.first});
    });
    auto view = std::make_shared<const ServedRecipient>(std::move(entry.second));
    const std::lock_guard lock(mutex_);
    recipients_[entry.first] = std::move(view);
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(recipients_, [&](const auto& served) { return !views.contains(served.first); });
  }
  if (!first.ok()) return first;
  return changed;
}

std::shared_ptr<const ServedRecipient> ServedSnapshots::Of(std::string_view recipient) const {
  const std::lock_guard lock(mutex_);
  const auto found = recipients_.find(recipient);
  return found == recipients_.end() ? nullptr : found->second;
}

}  // namespace signet::coordinator
