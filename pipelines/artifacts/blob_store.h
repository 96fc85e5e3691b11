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
  /// It is readable at once, and durable after the next Sync().
  virtual Status Put(const std::string& digest, ByteView bytes) = 0;
  /// Makes every blob put so far durable: call it before a record that names them is committed.
  virtual Status Sync() = 0;
  /// kNotFound, or kCorrupt when the bytes no longer have that digest.
  virtual Result<Bytes> Get(const std::string& digest) = 0;
  /// Deleting what is not there is ok.
  virtual Status Delete(const std::string& digest) = 0;
};

/// Blobs as files: root/ab/cdef.... Writes are atomic; what a power cut tears before Sync() is
/// found by Get(), since the name is the digest.
class FileBlobStore final : public BlobStore {
 public:
  explicit FileBlobStore(std::filesystem::path root) : root_(std::move(root)) {}
  Status Put(const std::string& digest, ByteView bytes) override;
  Status Sync() override;
  Result<Bytes> Get(const std::string& digest) override;
  Status Delete(const std::string& digest) override;

 private:
  std::filesystem::path root_;
};

}  // namespace signet::pipelines
