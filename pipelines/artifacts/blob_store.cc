#include "pipelines/artifacts/blob_store.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"

namespace signet::pipelines {
namespace {

constexpr size_t kDigestHex = 64;

/// A digest names a file, so nothing but hexadecimal digits may pass.
Status CheckDigest(const std::string& digest) {
  const bool hex = digest.size() == kDigestHex && std::ranges::all_of(digest, [](char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  return hex ? OkStatus() : Invalid("a blob's name is 64 hexadecimal digits");
}

std::filesystem::path PathOf(const std::filesystem::path& root, const std::string& digest) {
  return root / digest.substr(0, 2) / digest.substr(2);
}

}  // namespace

Status FileBlobStore::Put(const std::string& digest, ByteView bytes) {
  TRY(CheckDigest(digest));
  if (ToHex(crypto::Sha256::Of(bytes)) != digest) {
    return Invalid("a blob was named by another blob's digest");
  }
  const std::filesystem::path path = PathOf(root_, digest);
  TRY(MakeFolders(path.parent_path()));
  return WriteFileAtomically(path, bytes, 0600, FileSync::kLater);
}

Status FileBlobStore::Sync() {
  TRY(MakeFolders(root_));
  return SyncFileSystem(root_);
}

Result<Bytes> FileBlobStore::Get(const std::string& digest) {
  TRY(CheckDigest(digest));
  Result<Bytes> bytes = ReadFile(PathOf(root_, digest));
  if (!bytes.ok()) {
    if (bytes.status().code() == StatusCode::kNotFound) {
      return NotFound("artifact " + digest.substr(0, 12) + " is not in the store");
    }
    return bytes.status();
  }
  if (ToHex(crypto::Sha256::Of(*bytes)) != digest) {
    return Corrupt("artifact " + digest.substr(0, 12) + " was changed in the store")
        .WithRemedy("restore it from a backup, or run the pipeline again with --no-cache");
  }
  return bytes;
}

Status FileBlobStore::Delete(const std::string& digest) {
  TRY(CheckDigest(digest));
  std::error_code error;
  std::filesystem::remove(PathOf(root_, digest), error);
  if (error) return Unavailable("artifact " + digest.substr(0, 12) + " could not be deleted");
  return OkStatus();
}

}  // namespace signet::pipelines
