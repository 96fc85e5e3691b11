#include "crypto/keys/key_file.h"

#include <algorithm>
#include <array>
#include <errno.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "crypto/base/bytes.h"
#include "crypto/base/file.h"
#include "crypto/keys/descriptor.h"
#include "crypto/keys/private_file.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {
namespace {

// "signetK1"(8) ‖ kind(1) ‖ generation(4, big-endian) ‖ key(32) ‖ check(16): see file_custody.h.
constexpr std::string_view kMagic = "signetK1";
constexpr size_t kKeyAt = 13;
constexpr size_t kKeyBytes = 32;
constexpr size_t kCheckAt = kKeyAt + kKeyBytes;
constexpr size_t kFileBytes = kCheckAt + 16;

Status SystemError(const std::string& what, const std::filesystem::path& path) {
  const int error = errno;
  const std::string message =
      what + " " + path.string() + ": " + std::generic_category().message(error);
  if (error == ENOENT) return NotFound(message);
  return Unavailable(message);
}

/// Everything before the check.
void WriteHead(KeyFileKind kind, uint32_t generation, ByteSpan out) {
  std::copy(kMagic.begin(), kMagic.end(), out.begin());
  out[kMagic.size()] = static_cast<uint8_t>(kind);
  for (size_t i = 0; i < 4; ++i) {
    out[kMagic.size() + 1 + i] = static_cast<uint8_t>(generation >> (24 - 8 * i));
  }
}

}  // namespace

Result<SecretBytes> ReadKeyFile(const std::filesystem::path& path,
                                KeyFileKind kind,
                                uint32_t generation) {
  // One more than a key file has: a longer one is damaged, not refused.
  ASSIGN_OR_RETURN(const SecretBytes content, ReadPrivateFile(path, kFileBytes + 1));
  const ByteView bytes = content.ExposeSecret();
  const bool sized = bytes.size() == kFileBytes;
  std::array<uint8_t, kKeyAt> head{};
  WriteHead(kind, generation, head);
  const bool whole = sized && std::equal(head.begin(), head.end(), bytes.begin());
  const Digest check = Sha256::Of(bytes.first(whole ? kCheckAt : 0));
  if (!whole || !ConstantTimeEqual(ByteView(check).first(16), bytes.subspan(kCheckAt, 16))) {
    return Corrupt("the key file " + path.string() + " is damaged, or holds another key")
        .WithRemedy("restore it from the copy of custody that you keep apart from the state");
  }
  return SecretBytes::CopyOf(bytes.subspan(kKeyAt, kKeyBytes));
}

Status WriteKeyFile(const std::filesystem::path& path,
                    KeyFileKind kind,
                    uint32_t generation,
                    const SecretBytes& key) {
  CHECK(key.size() == kKeyBytes);
  SecretBytes content(kFileBytes);
  const ByteSpan bytes = content.ExposeSecretForWrite();
  WriteHead(kind, generation, bytes);
  std::copy(key.ExposeSecret().begin(), key.ExposeSecret().end(), bytes.begin() + kKeyAt);
  const Digest check = Sha256::Of(bytes.first(kCheckAt));
  std::copy_n(check.begin(), 16, bytes.begin() + kCheckAt);
  return WriteFileAtomically(path, bytes, 0600);
}

Status EraseKeyFile(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0 && errno == ENOENT) return OkStatus();
  if (file.get() < 0) return SystemError("cannot open the key file", path);
  const std::array<uint8_t, kFileBytes> zeros{};
  if (::pwrite(file.get(), zeros.data(), zeros.size(), 0) != static_cast<ssize_t>(zeros.size()) ||
      ::fsync(file.get()) != 0) {
    return SystemError("cannot overwrite the key file", path);
  }
  if (::unlink(path.c_str()) != 0) return SystemError("cannot remove the key file", path);
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    return SystemError("cannot sync the folder of", path);
  }
  return OkStatus();
}

}  // namespace signet::crypto
