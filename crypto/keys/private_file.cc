#include "crypto/keys/private_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "crypto/keys/descriptor.h"

namespace signet::crypto {
namespace {

Status SystemError(const std::string& what, const std::filesystem::path& path) {
  const int error = errno;
  const std::string message =
      what + " " + path.string() + ": " + std::generic_category().message(error);
  if (error == ENOENT) return NotFound(message);
  if (error == ELOOP) {
    return Invalid("the key file " + path.string() + " is a symbolic link")
        .WithRemedy("put the key file itself there");
  }
  return Unavailable(message);
}

Status CheckAccess(int descriptor, const std::filesystem::path& path, FileAccess access) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) return SystemError("cannot read", path);
  const std::string name = "the key file " + path.string();
  if (!S_ISREG(facts.st_mode)) return Invalid(name + " is not a file");
  const bool delivered = access == FileAccess::kDelivered;
  if (facts.st_uid != ::geteuid() && !(delivered && facts.st_uid == 0)) {
    return Invalid(name + " belongs to another user")
        .WithRemedy("chown " + std::to_string(::geteuid()) + " " + path.string());
  }
  const mode_t refused = delivered ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if ((facts.st_mode & refused) != 0) {
    return Invalid(name + " is open to group or others")
        .WithRemedy("chmod 600 " + path.string() + "; if others could read it, rotate its key");
  }
  return OkStatus();
}

}  // namespace

Result<SecretBytes> ReadPrivateFile(const std::filesystem::path& path,
                                    size_t bytes_max,
                                    FileAccess access) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return SystemError("cannot open the key file", path);
  TRY(CheckAccess(file.get(), path, access));
  SecretBytes content(bytes_max + 1);  // one more: a longer file shows
  const ByteSpan bytes = content.ExposeSecretForWrite();
  const ssize_t got = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) return SystemError("cannot read the key file", path);
  if (static_cast<size_t>(got) > bytes_max) {
    return Invalid("the key file " + path.string() + " has more than " + std::to_string(bytes_max) +
                   " bytes");
  }
  return SecretBytes::CopyOf(bytes.first(static_cast<size_t>(got)));
}

}  // namespace signet::crypto
