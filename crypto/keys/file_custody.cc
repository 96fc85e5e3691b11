#include "crypto/keys/file_custody.h"

#include <algorithm>
#include <charconv>
#include <errno.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/keys/key_file.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr const char* kRootName = "root.key";
constexpr const char* kCurrentName = "kek-current";
constexpr std::string_view kPrefix = "kek-";
constexpr size_t kRootBytes = 32;

/// The generation in "kek-<n><ending>", or 0 for another name.
uint32_t GenerationOf(std::string_view name, std::string_view ending) {
  if (name.size() <= kPrefix.size() + ending.size() || !name.starts_with(kPrefix) ||
      !name.ends_with(ending)) {
    return 0;
  }
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - ending.size());
  uint32_t generation = 0;
  const auto end = std::from_chars(name.data(), name.data() + name.size(), generation);
  return end.ec == std::errc() && end.ptr == name.data() + name.size() ? generation : 0;
}

Result<std::vector<std::string>> NamesIn(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return Unavailable("cannot list " + folder.string() + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

Status CheckFolder(const std::filesystem::path& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) {
    if (errno == ENOENT) return NotFound("there is no custody in " + folder.string());
    return Unavailable("cannot read the custody folder " + folder.string());
  }
  if (facts.st_uid != ::geteuid()) {
    return Invalid("the custody folder " + folder.string() + " belongs to another user");
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Invalid("group or others may change the custody folder " + folder.string())
        .WithRemedy("chmod 700 " + folder.string());
  }
  return OkStatus();
}

/// See FileCustody::OpenUnder.
SecretBytes KekOfShare(const SecretBytes& root, const SecretBytes& share, uint32_t generation) {
  SecretBytes both(root.size() + share.size());
  const ByteSpan bytes = both.ExposeSecretForWrite();
  std::copy(root.ExposeSecret().begin(), root.ExposeSecret().end(), bytes.begin());
  std::copy(share.ExposeSecret().begin(),
            share.ExposeSecret().end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(root.size()));
  Bytes info;
  AppendField(info, "signet/kek-share/v1");
  AppendU32(info, generation);
  return HkdfSha256(both, AsBytes("signet/kek"), info, 32);
}

bool HasKeks(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return GenerationOf(name, ".key") != 0 || GenerationOf(name, ".destroyed") != 0;
  });
}

}  // namespace

Result<std::vector<std::string>> FileCustody::Prepare(const std::filesystem::path& folder) {
  TRY(MakeFolders(folder, 0700));
  TRY(CheckFolder(folder));
  ASSIGN_OR_RETURN(std::vector<std::string> names, NamesIn(folder));
  for (const std::string& name : names) {
    // A write that a crash interrupted: its key was never used.
    if (name.find(".new-") != std::string::npos) TRY(EraseKeyFile(folder / name));
  }
  return names;
}

Result<std::unique_ptr<FileCustody>> FileCustody::Open(const std::filesystem::path& folder,
                                                       Entropy& entropy) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Prepare(folder));
  std::unique_ptr<FileCustody> custody(new FileCustody(folder));
  const bool fresh = std::find(names.begin(), names.end(), kRootName) == names.end();
  if (fresh && HasKeks(names)) {
    return Corrupt("the root key " + (folder / kRootName).string() + " is missing beside its KEKs")
        .WithRemedy("restore root.key from your copy of custody; nothing opens without it");
  }
  if (fresh) TRY(WriteKeyFile(folder / kRootName, KeyFileKind::kRoot, 0, entropy.RandomSecret(32)));
  TRY(custody->FinishDestructions());
  TRY(custody->BaseKey().status());
  TRY(custody->CurrentKek().status());
  return custody;
}

Result<std::unique_ptr<FileCustody>> FileCustody::OpenUnder(const std::filesystem::path& folder,
                                                            SecretBytes root) {
  if (root.size() != kRootBytes) return Invalid("a root key has 32 bytes");
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Prepare(folder));
  if (std::find(names.begin(), names.end(), kRootName) != names.end()) {
    return Invalid("the custody " + folder.string() + " holds a root key of its own")
        .WithRemedy("open it with --custody file, or use another state");
  }
  std::unique_ptr<FileCustody> custody(new FileCustody(folder));
  custody->given_root_ = std::move(root);
  TRY(custody->FinishDestructions());
  TRY(custody->CurrentKek().status());
  return custody;
}

Result<std::unique_ptr<FileCustody>> FileCustody::OpenExisting(
    const std::filesystem::path& folder) {
  TRY(CheckFolder(folder));
  std::unique_ptr<FileCustody> custody(new FileCustody(folder));
  TRY(custody->BaseKey().status());
  TRY(custody->CurrentKek().status());
  return custody;
}

std::filesystem::path FileCustody::KekPath(uint32_t generation, const char* ending) const {
  return folder_ / (std::string(kPrefix) + std::to_string(generation) + ending);
}

Status FileCustody::FinishDestructions() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder_));
  for (const std::string& name : names) {
    const uint32_t generation = GenerationOf(name, ".destroyed");
    if (generation != 0) TRY(EraseKeyFile(KekPath(generation, ".key")));
  }
  return OkStatus();
}

std::string FileCustody::Describe() const {
  return given_root_.empty() ? "file" : "credential";
}

Result<SecretBytes> FileCustody::BaseKey() {
  if (!given_root_.empty()) return given_root_.Clone();
  return ReadKeyFile(folder_ / kRootName, KeyFileKind::kRoot, 0);
}

Result<std::unique_ptr<HeldKey>> FileCustody::Kek(uint32_t generation) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, DestroyedAt(generation));
  const std::string name = "KEK generation " + std::to_string(generation);
  if (destroyed) {
    return Corrupt(name + " was destroyed on " + DateText(*destroyed) +
                   ": what was sealed under it cannot be opened again");
  }
  Result<SecretBytes> key = ReadKeyFile(KekPath(generation, ".key"), KeyFileKind::kKek, generation);
  if (!key.ok() && key.status().code() == StatusCode::kNotFound) {
    return NotFound(name + " is not in the custody " + folder_.string());
  }
  if (!key.ok()) return key.status();
  SecretBytes kek =
      given_root_.empty() ? std::move(key).value() : KekOfShare(given_root_, *key, generation);
  return std::unique_ptr<HeldKey>(std::make_unique<SoftKey>(std::move(kek)));
}

Result<uint32_t> FileCustody::NewKek(Entropy& entropy) {
  ASSIGN_OR_RETURN(const uint32_t newest, NewestKek());
  const uint32_t generation = newest + 1;
  TRY(WriteKeyFile(
      KekPath(generation, ".key"), KeyFileKind::kKek, generation, entropy.RandomSecret(32)));
  return generation;
}

Status FileCustody::ActivateKek(uint32_t generation) {
  ASSIGN_OR_RETURN(const uint32_t current, CurrentKek());
  if (generation == current) return OkStatus();
  if (generation < current) {
    return Conflict("KEK generation " + std::to_string(generation) + " is older than the current " +
                    std::to_string(current));
  }
  TRY(Kek(generation).status());
  return WriteFileAtomically(
      folder_ / kCurrentName, AsBytes(std::to_string(generation) + "\n"), 0600);
}

Result<uint32_t> FileCustody::CurrentKek() {
  const auto bytes = ReadFile(folder_ / kCurrentName);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder_));
    for (const std::string& name : names) {
      if (GenerationOf(name, ".destroyed") != 0) {
        return Corrupt((folder_ / kCurrentName).string() + " is missing");
      }
    }
    return uint32_t{0};
  }
  if (!bytes.ok()) return bytes.status();
  const Result<int64_t> number = IntegerFromText(Trim(AsText(*bytes)));
  if (!number.ok() || *number < 1 || *number > UINT32_MAX) {
    return Corrupt((folder_ / kCurrentName).string() + " is damaged");
  }
  return static_cast<uint32_t>(*number);
}

Status FileCustody::DestroyKek(uint32_t generation, Timestamp now) {
  ASSIGN_OR_RETURN(const uint32_t current, CurrentKek());
  if (generation == current) {
    return Conflict("KEK generation " + std::to_string(generation) + " is in use");
  }
  ASSIGN_OR_RETURN(const std::optional<Timestamp> destroyed, DestroyedAt(generation));
  if (!destroyed) {
    std::error_code error;
    if (!std::filesystem::exists(KekPath(generation, ".key"), error)) {
      return NotFound("KEK generation " + std::to_string(generation) + " is not in the custody " +
                      folder_.string());
    }
    // The note first: from here on the key counts as destroyed, and Open finishes a crash.
    TRY(WriteFileAtomically(
        KekPath(generation, ".destroyed"), AsBytes(TimestampText(now) + "\n"), 0600));
  }
  return EraseKeyFile(KekPath(generation, ".key"));
}

Result<std::optional<Timestamp>> FileCustody::DestroyedAt(uint32_t generation) {
  const std::filesystem::path path = KekPath(generation, ".destroyed");
  const auto bytes = ReadFile(path);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) {
    return std::optional<Timestamp>();
  }
  if (!bytes.ok()) return bytes.status();
  const auto time = TimestampFromText(Trim(AsText(*bytes)));
  if (!time.ok()) return Corrupt(path.string() + " is damaged");
  return std::optional<Timestamp>(*time);
}

Result<uint32_t> FileCustody::NewestKek() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder_));
  uint32_t newest = 0;
  for (const std::string& name : names) {
    newest = std::max({newest, GenerationOf(name, ".key"), GenerationOf(name, ".destroyed")});
  }
  return newest;
}

}  // namespace signet::crypto
