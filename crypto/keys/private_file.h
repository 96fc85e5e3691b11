/// Small secret files that only their owner may read.
#pragma once

#include <cstddef>
#include <filesystem>

#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// Who may have access to a secret file.
enum class FileAccess {
  kOwner,      ///< mode 0600 or less, owned by this user
  kDelivered,  ///< as systemd delivers credentials: root's or ours, nothing for others, no writing
               ///< by the group (with an ACL the group bits show the mask, 0440)
};

/// Reads at most `bytes_max` bytes of `path`, without following a link. kNotFound; kInvalid with
/// the command to run when the file is a link, no regular file, belongs to another user, or is open
/// to more than `access` says; kInvalid when it is larger.
Result<SecretBytes> ReadPrivateFile(const std::filesystem::path& path,
                                    size_t bytes_max,
                                    FileAccess access = FileAccess::kOwner);

}  // namespace signet::crypto
