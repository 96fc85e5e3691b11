/// Where sealed bytes rest, addressed by the SHA-256 of their ciphertext.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// Holds only ciphertext. Safe to share between threads and processes.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// Stores `bytes` under `digest` (64 hexadecimal digits, the SHA-256 of `bytes`; kInvalid if
  /// not). Storing the same blob again changes nothing.
  virtual Status Put(const std::string& digest, ByteView bytes) = 0;
  /// kNotFound, or kCorrupt when the bytes no longer have that digest.
  virtual Result<Bytes> Get(const std::string& digest) = 0;
  /// Deleting what is not there is ok.
  virtual Status Delete(const std::string& digest) = 0;
};

/// Blobs as files: root/ab/cdef.... Writes are atomic and durable; after a crash a blob is there
/// whole or not at all.
class FileBlobStore final : public BlobStore {
 public:
  explicit FileBlobStore(std::filesystem::path root) : root_(std::move(root)) {}
  Status Put(const std::string& digest, ByteView bytes) override;
  Result<Bytes> Get(const std::string& digest) override;
  Status Delete(const std::string& digest) override;

 private:
  std::filesystem::path root_;
};

}  // namespace signet::pipelines
