/// Files as a whole: read, write atomically and durably, write privately; anonymous memory files.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/base/bytes.h"

namespace signet {

/// kNotFound, kUnavailable (no permission, I/O) with the path and the system's reason.
Result<Bytes> ReadFile(const std::filesystem::path& path);
/// When a written file must survive a power cut.
enum class FileSync {
  kNow,    ///< before the call returns
  kLater,  ///< at the next SyncFileSystem; until then a power cut may leave it missing or torn
};

/// Writes beside, syncs, renames, syncs the folder: after a crash the old or the new file is there.
/// `mode` e.g. 0600. A full disk or read-only folder is kUnavailable with a remedy.
Status WriteFileAtomically(const std::filesystem::path& path,
                           ByteView bytes,
                           unsigned mode = 0600,
                           FileSync sync = FileSync::kNow);
/// Makes everything written to the file system of `path` durable (syncfs).
Status SyncFileSystem(const std::filesystem::path& path);
Status MakeFolders(const std::filesystem::path& path, unsigned mode = 0700);

/// An anonymous file in memory (memfd_create, close-on-exec): where plaintext may rest.
class MemoryFile {
 public:
  static Result<MemoryFile> Create(const std::string& label);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// "/proc/self/fd/N", a path that libraries can open.
  [[nodiscard]] std::string path() const;
  Status Append(ByteView bytes);
  [[nodiscard]] Result<uint64_t> Size() const;
  /// Reads up to `out.size()` bytes at `offset`; the count is short only at the end.
  Result<size_t> ReadAt(uint64_t offset, ByteSpan out) const;
  [[nodiscard]] Result<Bytes> ReadAll() const;

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace signet
