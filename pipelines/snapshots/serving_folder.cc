#include "pipelines/snapshots/serving_folder.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/key_wrap.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "crypto/primitives/stream_padding.h"

namespace signet::pipelines {

namespace {

namespace fs = std::filesystem;

constexpr size_t kKekBytes = 32;

/// Names become folders: nothing that could lead out of them.
Status CheckPlain(std::string_view what, const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (plain && !name.empty() && name[0] != '.' && name.size() <= 120) return OkStatus();
  return Invalid("the " + std::string(what) + "'s name may hold letters, digits, '.', '_' and '-'");
}

/// One publisher at a time in one snapshot's folder; freed by the system if the process dies.
class FolderLock {
 public:
  static Result<FolderLock> Take(const fs::path& folder) {
    const fs::path path = folder / ".lock";
    FolderLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.descriptor_ < 0 || ::flock(lock.descriptor_, LOCK_EX) != 0) {
      return Unavailable("cannot lock " + path.string())
          .WithRemedy("give Signet write access to its state folder");
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

Result<std::string> ReadText(const fs::path& path) {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(path));
  return std::string(AsText(bytes));
}

Result<uint64_t> ReadFence(const fs::path& path) {
  if (!fs::exists(path)) return uint64_t{0};
  ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  const Result<int64_t> fence = IntegerFromText(Trim(text));
  if (!fence.ok() || *fence < 0) return Corrupt(path.string() + " does not hold a fence");
  return static_cast<uint64_t>(*fence);
}

Result<std::vector<std::string>> FolderNames(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name[0] != '.' && at->is_directory()) names.push_back(name);
  }
  if (error) return Unavailable("cannot list " + path.string() + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

ServingFolder::ServingFolder(fs::path root, SecretBytes kek)
    : root_(std::move(root)), kek_(std::move(kek)) {}

Result<ServingFolder> ServingFolder::OpenForPublication(const fs::path& root, Entropy& entropy) {
  TRY(MakeFolders(root));
  const fs::path path = root / "serving.key";
  if (!fs::exists(path)) {
    const SecretBytes fresh = entropy.RandomSecret(kKekBytes);
    TRY(WriteFileAtomically(path, fresh.ExposeSecret(), 0600));
  }
  return OpenForServing(root);
}

Result<ServingFolder> ServingFolder::OpenForServing(const fs::path& root) {
  const fs::path path = root / "serving.key";
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    return NotFound("there is no serving key at " + path.string())
        .WithRemedy("give the serving folder of a state that has published ('STATE/serving')");
  }
  if ((facts.st_mode & 077U) != 0) {
    return Denied(path.string() + " may be read by others")
        .WithRemedy("chmod 600 " + path.string());
  }
  ASSIGN_OR_RETURN(Bytes raw, ReadFile(path));
  SecretBytes kek = SecretBytes::CopyOf(raw);
  Wipe(raw.data(), raw.size());
  if (kek.size() != kKekBytes) return Corrupt(path.string() + " does not hold a key of 32 bytes");
  return ServingFolder(root, std::move(kek));
}

SecretBytes ServingFolder::DeriveKey(std::string_view use) const {
  Bytes info;
  AppendField(info, std::string_view("signet serving v1"));
  AppendField(info, use);
  return crypto::HkdfSha256(kek_, {}, info, kKekBytes);
}

SecretBytes ServingFolder::WrappingKey(const SnapshotName& name, const std::string& version) const {
  Bytes info;
  AppendField(info, std::string_view("signet serving v1 members"));
  for (const std::string* part : {&name.recipient, &name.snapshot, &version}) {
    AppendField(info, std::string_view(*part));
  }
  return crypto::HkdfSha256(kek_, {}, info, kKekBytes);
}

fs::path ServingFolder::FolderOf(const SnapshotName& name) const {
  return root_ / name.recipient / name.snapshot;
}

Status ServingFolder::WriteVersion(const SnapshotFiles& files, const fs::path& folder) const {
  const SnapshotManifest& manifest = files.manifest;
  const fs::path beside = folder.parent_path() / (".new-" + manifest.version);
  std::error_code error;
  fs::remove_all(beside, error);
  TRY(MakeFolders(beside));
  ASSIGN_OR_RETURN(
      const Bytes wrapped,
      crypto::WrapKey(WrappingKey({manifest.recipient, manifest.name}, manifest.version),
                      files.key));
  TRY(WriteFileAtomically(beside / "key.wrapped", wrapped));
  TRY(WriteFileAtomically(beside / "members.sealed", files.members));
  TRY(WriteFileAtomically(beside / "manifest.note", AsBytes(files.note)));
  if (!files.receipt.empty()) {
    TRY(WriteFileAtomically(beside / "receipt.tlog-proof", AsBytes(files.receipt)));
    TRY(WriteFileAtomically(beside / "entry.json", AsBytes(files.entry)));
  }
  TRY(WriteFileAtomically(beside / "manifest.json", AsBytes(manifest.Canonical())));
  fs::rename(beside, folder, error);
  if (error) return Unavailable("cannot publish " + folder.string() + ": " + error.message());
  return OkStatus();
}

Status ServingFolder::Publish(const SnapshotFiles& files, uint64_t fence) {
  const SnapshotManifest& manifest = files.manifest;
  TRY(CheckPlain("snapshot", manifest.name));
  TRY(CheckPlain("recipient", manifest.recipient));
  TRY(CheckPlain("version", manifest.version));
  if (ToHex(crypto::Sha256::Of(files.members)) != manifest.members_blob) {
    return Invalid("the members of '" + manifest.name + "' are not those of its manifest");
  }
  if (files.note.find(ManifestNoteText(manifest)) != 0) {
    return Invalid("the note of '" + manifest.name + "' is not about its manifest");
  }
  const SnapshotName name{manifest.recipient, manifest.name};
  const fs::path folder = FolderOf(name);
  TRY(MakeFolders(folder));
  ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(folder));
  ASSIGN_OR_RETURN(const uint64_t highest, ReadFence(folder / "fence"));
  if (fence < highest) {
    return Conflict("a newer coordinator has published '" + manifest.name + "': fence " +
                    std::to_string(fence) + " is below " + std::to_string(highest));
  }
  if (fence > highest) {
    TRY(WriteFileAtomically(folder / "fence", AsBytes(std::to_string(fence) + "\n")));
  }
  if (fs::exists(folder / manifest.version)) {
    ASSIGN_OR_RETURN(const SnapshotManifest there, ReadManifest(name, manifest.version));
    if (there.Canonical() != manifest.Canonical()) {
      return Conflict("version " + manifest.version + " of '" + manifest.name +
                      "' is published with another manifest");
    }
  } else {
    TRY(WriteVersion(files, folder / manifest.version));
  }
  const Result<std::string> current = CurrentVersion(name);
  if (current.ok() && *current >= manifest.version) return OkStatus();
  return WriteFileAtomically(folder / "current", AsBytes(manifest.version + "\n"));
}

Status ServingFolder::Remove(const SnapshotName& name, const std::string& version) {
  TRY(CheckPlain("version", version));
  const fs::path folder = FolderOf(name);
  if (!fs::exists(folder / version)) return OkStatus();
  ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(folder));
  const Result<std::string> current = CurrentVersion(name);
  if (current.ok() && *current == version) {
    return Conflict("version " + version + " of '" + name.snapshot + "' is being served");
  }
  // The key first: without it the rest is noise, even if the removal is cut short.
  std::error_code error;
  fs::remove(folder / version / "key.wrapped", error);
  if (!error) fs::remove_all(folder / version, error);
  if (error) return Unavailable("cannot remove version " + version + ": " + error.message());
  return OkStatus();
}

Result<std::vector<std::string>> ServingFolder::Recipients() const {
  return FolderNames(root_);
}

Result<std::vector<SnapshotName>> ServingFolder::Snapshots() const {
  std::vector<SnapshotName> names;
  ASSIGN_OR_RETURN(const std::vector<std::string> recipients, Recipients());
  for (const std::string& recipient : recipients) {
    ASSIGN_OR_RETURN(const std::vector<std::string> snapshots, FolderNames(root_ / recipient));
    for (const std::string& snapshot : snapshots) {
      if (fs::exists(root_ / recipient / snapshot / "current")) {
        names.push_back({recipient, snapshot});
      }
    }
  }
  return names;
}

Result<std::string> ServingFolder::CurrentVersion(const SnapshotName& name) const {
  ASSIGN_OR_RETURN(const std::string text, ReadText(FolderOf(name) / "current"));
  std::string version(Trim(text));
  TRY(CheckPlain("version", version));
  return version;
}

Result<std::vector<std::string>> ServingFolder::Versions(const SnapshotName& name) const {
  return FolderNames(FolderOf(name));
}

Result<SnapshotManifest> ServingFolder::ReadManifest(const SnapshotName& name,
                                                     const std::string& version) const {
  TRY(CheckPlain("version", version));
  const fs::path folder = FolderOf(name) / version;
  ASSIGN_OR_RETURN(const std::string text, ReadText(folder / "manifest.json"));
  const Result<Json> json = Json::Parse(text);
  if (!json.ok()) return Corrupt("the manifest of '" + name.snapshot + "' is not JSON");
  ASSIGN_OR_RETURN(SnapshotManifest manifest, SnapshotManifest::FromJson(*json));
  if (manifest.Canonical() != text || manifest.name != name.snapshot ||
      manifest.recipient != name.recipient || manifest.version != version) {
    return Corrupt("the manifest of '" + name.snapshot + "' does not belong to its folder");
  }
  ASSIGN_OR_RETURN(const std::string note, ReadNote(name, version));
  if (note.find(ManifestNoteText(manifest)) != 0) {
    return Corrupt("the note of '" + name.snapshot + "' is not about its manifest");
  }
  return manifest;
}

Result<std::string> ServingFolder::ReadNote(const SnapshotName& name,
                                            const std::string& version) const {
  return ReadText(FolderOf(name) / version / "manifest.note");
}

Result<ServingFolder::Announcement> ServingFolder::ReadAnnouncement(
    const SnapshotName& name, const std::string& version) const {
  const fs::path folder = FolderOf(name) / version;
  Announcement announcement;
  ASSIGN_OR_RETURN(announcement.receipt, ReadText(folder / "receipt.tlog-proof"));
  ASSIGN_OR_RETURN(announcement.entry, ReadText(folder / "entry.json"));
  return announcement;
}

Result<Bytes> ServingFolder::ReadMembers(const SnapshotName& name,
                                         const SnapshotManifest& manifest) const {
  const fs::path folder = FolderOf(name) / manifest.version;
  ASSIGN_OR_RETURN(const Bytes wrapped, ReadFile(folder / "key.wrapped"));
  const Result<SecretBytes> key = crypto::UnwrapKey(WrappingKey(name, manifest.version), wrapped);
  if (!key.ok()) {
    return Corrupt("the key of snapshot '" + name.snapshot +
                   "' does not open under the serving key")
        .WithRemedy("is serving.key the one of this state?");
  }
  ASSIGN_OR_RETURN(const Bytes sealed, ReadFile(folder / "members.sealed"));
  if (ToHex(crypto::Sha256::Of(sealed)) != manifest.members_blob) {
    return Corrupt("the members of snapshot '" + name.snapshot + "' were changed");
  }
  ASSIGN_OR_RETURN(const Bytes context, FromHex(manifest.members_context));
  ASSIGN_OR_RETURN(Bytes plain, crypto::OpenStream(*key, context, sealed));
  ByteReader reader(plain);
  ASSIGN_OR_RETURN(const ByteView header, reader.Field());
  if (ToHex(crypto::Sha256::Of(header)) != manifest.members_context) {
    return Corrupt("the members of snapshot '" + name.snapshot + "' have another header");
  }
  ByteView rest = reader.rest();
  // Snapshots of the first release are not padded.
  const Result<Json> json = Json::Parse(AsText(header));
  if (json.ok() && (*json)["format"].AsString() == "signet-stream/2") {
    const Result<uint64_t> content = crypto::ContentSize(plain);
    if (!content.ok()) {
      Wipe(plain.data(), plain.size());
      return content.status();
    }
    rest = rest.first(*content - (plain.size() - rest.size()));
  }
  Bytes members(rest.begin(), rest.end());
  Wipe(plain.data(), plain.size());
  return members;
}

}  // namespace signet::pipelines
