/// ScratchFile: a place on a disk for what a task cannot hold in memory while it works.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "crypto/primitives/aead.h"

namespace signet::pipelines {

/// Pages sealed under a key that only this object has, in a file without a name: with the object,
/// or the process however it ends, both are gone. Nothing plain reaches the disk.
///
/// AES-256-GCM, a fresh random key per file, the page's number as nonce. Safe between threads.
class ScratchFile {
 public:
  /// In `folder`, which must exist. kUnavailable when no file can be made there.
  static Result<std::shared_ptr<ScratchFile>> Create(const std::filesystem::path& folder);
  /// An empty one beside it, under a key of its own.
  [[nodiscard]] Result<std::shared_ptr<ScratchFile>> Another() const { return Create(folder_); }
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// Seals `plain` (1 byte to 1 GiB) as a further page and returns its number. kUnavailable when
  /// the disk is full or fails.
  Result<uint64_t> Append(ByteView plain);
  /// A page as it was given; kCorrupt when the disk changed it.
  [[nodiscard]] Result<Bytes> Read(uint64_t page) const;
  /// Sealed bytes on the disk.
  [[nodiscard]] uint64_t size() const;
  /// For tests that look at what rests.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  struct Page {
    uint64_t offset = 0;
    uint64_t size = 0;  ///< sealed
  };
  ScratchFile(std::filesystem::path folder, int descriptor);

  std::filesystem::path folder_;
  int descriptor_;
  crypto::Aes256Gcm key_;
  mutable std::mutex mutex_;  ///< guards the two below
  std::vector<Page> pages_;
  uint64_t size_ = 0;
};

}  // namespace signet::pipelines
