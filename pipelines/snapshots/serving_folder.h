/// The folder from which snapshots are served: written at publication, read by signet-serve.
///
///   ROOT/serving.key                               0600, 32 random bytes: the serving KEK
///   ROOT/<recipient>/<snapshot>/current            text: the version served
///   ROOT/<recipient>/<snapshot>/fence              text: the highest fence that published
///   ROOT/<recipient>/<snapshot>/<version>/manifest.json  canonical JSON
///                                        /manifest.note  signed note over ManifestNoteText
///                                        /members.sealed sealed stream: u32 n | header (n bytes of
///                                                        canonical JSON) | members (members.h);
///                                                        context = SHA-256(header)
///                                        /receipt.tlog-proof, entry.json  the log announces it
///                                        /key.wrapped    its key, AES-KWP under a key derived from
///                                                        the serving KEK for this version
///   ROOT/<recipient>/withdrawn.sealed              tombstone overlay with its note (withdrawals.h)
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/snapshots/manifest.h"
#include "pipelines/snapshots/members.h"

namespace signet::pipelines {

/// Names a served snapshot.
struct SnapshotName {
  std::string recipient;
  std::string snapshot;
  friend auto operator<=>(const SnapshotName&, const SnapshotName&) = default;
};

/// What a publication puts into the folder. The sealed members come from the publish task as a blob
/// and are copied as they are: publication opens no members.
struct SnapshotFiles {
  SnapshotManifest manifest;
  std::string note;     ///< the signed note's whole text
  std::string receipt;  ///< the proof that the log holds `entry`, or empty
  std::string entry;    ///< the log's entry that announces the snapshot, or empty
  Bytes members;        ///< members.sealed
  SecretBytes key;      ///< the key under which they are sealed (32 bytes)
};

class ServingFolder {
 public:
  /// Makes folder and serving key if they are absent. kUnavailable with a remedy.
  static Result<ServingFolder> OpenForPublication(const std::filesystem::path& root,
                                                  Entropy& entropy);
  /// Needs an existing key file of mode 0600: kNotFound or kDenied with a remedy.
  static Result<ServingFolder> OpenForServing(const std::filesystem::path& root);

  /// Writes the version and makes it current, atomically for readers. `fence` must not be below the
  /// last one that published here: else kConflict, and nothing becomes visible. The same version
  /// with the same manifest again is fine (a repeated commit); with another manifest kConflict. An
  /// older version than the current one is kept, but not made current.
  /// kInvalid if names are not plain (letters, digits, '.', '_', '-') or the blob does not match.
  Status Publish(const SnapshotFiles& files, uint64_t fence);
  /// Deletes a version that is not current (retention, erasure sweep). Absent is fine.
  Status Remove(const SnapshotName& name, const std::string& version);

  [[nodiscard]] Result<std::vector<std::string>> Recipients() const;
  [[nodiscard]] Result<std::vector<SnapshotName>> Snapshots() const;
  [[nodiscard]] Result<std::string> CurrentVersion(const SnapshotName& name) const;
  /// All complete versions, ascending.
  [[nodiscard]] Result<std::vector<std::string>> Versions(const SnapshotName& name) const;
  /// Checks that the files belong together (note text, names, version). Signature: the caller's.
  [[nodiscard]] Result<SnapshotManifest> ReadManifest(const SnapshotName& name,
                                                      const std::string& version) const;
  [[nodiscard]] Result<std::string> ReadNote(const SnapshotName& name,
                                             const std::string& version) const;
  /// The receipt and entry; kNotFound for a version that was published without.
  struct Announcement {
    std::string receipt;
    std::string entry;
  };
  [[nodiscard]] Result<Announcement> ReadAnnouncement(const SnapshotName& name,
                                                      const std::string& version) const;
  /// The encoded members (members.h), opened in memory: the caller wipes them. kCorrupt for a wrong
  /// key or a changed file.
  [[nodiscard]] Result<Bytes> ReadMembers(const SnapshotName& name,
                                          const SnapshotManifest& manifest) const;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// A key for one use ("index", "withdrawn"), derived from the serving KEK (HKDF).
  [[nodiscard]] SecretBytes DeriveKey(std::string_view use) const;

 private:
  ServingFolder(std::filesystem::path root, SecretBytes kek);
  [[nodiscard]] std::filesystem::path FolderOf(const SnapshotName& name) const;
  [[nodiscard]] SecretBytes WrappingKey(const SnapshotName& name, const std::string& version) const;
  [[nodiscard]] Status WriteVersion(const SnapshotFiles& files,
                                    const std::filesystem::path& folder) const;

  std::filesystem::path root_;
  SecretBytes kek_;
};

}  // namespace signet::pipelines
