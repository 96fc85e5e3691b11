/// One key in one file that only its owner may read.
#pragma once

#include <cstdint>
#include <filesystem>

#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// What the key in a file is; part of the file, so that one kind is never taken for another.
enum class KeyFileKind : uint8_t { kRoot = 1, kKek = 2, kOfficer = 3 };

/// Reads the 32-byte key of `path`. kNotFound; kInvalid with the command to run when the file is a
/// link, belongs to another user, or lets group or others do anything; kCorrupt when it is damaged,
/// of another kind or of another generation.
Result<SecretBytes> ReadKeyFile(const std::filesystem::path& path,
                                KeyFileKind kind,
                                uint32_t generation);

/// Writes it durably with mode 0600.
Status WriteKeyFile(const std::filesystem::path& path,
                    KeyFileKind kind,
                    uint32_t generation,
                    const SecretBytes& key);

/// Overwrites the file once, removes it and syncs the folder; ok when there is none.
Status EraseKeyFile(const std::filesystem::path& path);

}  // namespace signet::crypto
