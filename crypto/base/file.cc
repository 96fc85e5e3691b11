#include "crypto/base/file.h"

#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace signet {
namespace {

/// What a failed system call on `path` means to a user.
Status SystemError(const std::string& what, const std::string& path) {
  const int error = errno;
  const std::string message = what + " " + path + ": " + std::generic_category().message(error);
  if (error == ENOENT) return NotFound(message);
  Status status = Unavailable(message);
  if (error == ENOSPC || error == EDQUOT) {
    return status.WithRemedy("free some disk space and run again");
  }
  if (error == EROFS || error == EACCES || error == EPERM) {
    return status.WithRemedy("choose a folder that this user may write, or change its permissions");
  }
  return status;
}

/// Closes a descriptor at the end of a scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

Status WriteAll(int descriptor, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return SystemError("cannot write", path);
    bytes = bytes.subspan(static_cast<size_t>(wrote));
  }
  return OkStatus();
}

}  // namespace

Result<Bytes> ReadFile(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemError("cannot open", path.string());
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return SystemError("cannot read", path.string());
  if (S_ISDIR(facts.st_mode)) return Invalid(path.string() + " is a folder, not a file");
  Bytes bytes(static_cast<size_t>(facts.st_size));
  size_t have = 0;
  while (true) {
    if (have == bytes.size()) bytes.resize(bytes.size() + 4096);
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("cannot read", path.string());
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Status WriteFileAtomically(const std::filesystem::path& path,
                           ByteView bytes,
                           unsigned mode,
                           FileSync sync) {
  const std::string beside = path.string() + ".new-" + std::to_string(::getpid());
  {
    const Descriptor file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) return SystemError("cannot create", path.string());
    Status written = WriteAll(file.get(), bytes, path.string());
    if (written.ok() && sync == FileSync::kNow && ::fsync(file.get()) != 0) {
      written = SystemError("cannot sync", path.string());
    }
    if (!written.ok()) {
      ::unlink(beside.c_str());
      return written;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    Status failed = SystemError("cannot rename to", path.string());
    ::unlink(beside.c_str());
    return failed;
  }
  if (sync == FileSync::kLater) return OkStatus();
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    return SystemError("cannot sync the folder of", path.string());
  }
  return OkStatus();
}

Status SyncFileSystem(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::syncfs(file.get()) != 0) {
    return SystemError("cannot sync the file system of", path.string());
  }
  return OkStatus();
}

Status MakeFolders(const std::filesystem::path& path, unsigned mode) {
  std::filesystem::path so_far;
  for (const std::filesystem::path& part : path) {
    so_far /= part;
    if (so_far.empty() || part == "/") continue;
    if (::mkdir(so_far.c_str(), mode) == 0 || errno == EEXIST) continue;
    std::error_code ignored;
    if (std::filesystem::is_directory(so_far, ignored)) continue;
    return SystemError("cannot create the folder", so_far.string());
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    return Invalid(path.string() + " is not a folder").WithRemedy("name a folder, or a new path");
  }
  return OkStatus();
}

Result<MemoryFile> MemoryFile::Create(const std::string& label) {
  const int descriptor = ::memfd_create(label.c_str(), MFD_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot make a memory file for", label);
  return MemoryFile(descriptor);
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string MemoryFile::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the file
Status MemoryFile::Append(ByteView bytes) {
  if (::lseek(descriptor_, 0, SEEK_END) < 0) return SystemError("cannot seek in", path());
  return WriteAll(descriptor_, bytes, path());
}

Result<uint64_t> MemoryFile::Size() const {
  struct stat facts {};
  if (::fstat(descriptor_, &facts) != 0) return SystemError("cannot read", path());
  return static_cast<uint64_t>(facts.st_size);
}

Result<size_t> MemoryFile::ReadAt(uint64_t offset, ByteSpan out) const {
  size_t have = 0;
  while (have < out.size()) {
    const ssize_t got = ::pread(
        descriptor_, out.data() + have, out.size() - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("cannot read", path());
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  return have;
}

Result<Bytes> MemoryFile::ReadAll() const {
  ASSIGN_OR_RETURN(const uint64_t size, Size());
  Bytes bytes(size);
  ASSIGN_OR_RETURN(const size_t got, ReadAt(0, bytes));
  bytes.resize(got);
  return bytes;
}

}  // namespace signet
