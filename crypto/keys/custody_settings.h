/// Which custody a state uses, remembered beside it; and opening it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/entropy.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody.h"

namespace signet::crypto {

/// $CREDENTIALS_DIRECTORY as systemd sets it for a service.
std::optional<std::filesystem::path> CredentialsFolder();

enum class CustodyKind { kFile, kCredential, kPkcs11 };

/// "file", "credential", "pkcs11".
std::string_view CustodyKindName(CustodyKind kind);
Result<CustodyKind> CustodyKindFromName(std::string_view name);

/// STATE/custody.json; a state without it has its keys in files. Holds names and paths, no secret.
struct CustodySettings {
  CustodyKind kind = CustodyKind::kFile;
  /// credential: the name under which systemd delivers the 32-byte root (LoadCredential=).
  std::string credential = "signet-root";
  // pkcs11:
  std::string module;             ///< the module's .so file
  std::string token;              ///< the token's label
  std::string object = "signet";  ///< this state's name in the token
  std::string pin_file;           ///< a file of mode 0600; or
  std::string pin_credential;     ///< a systemd credential
};

/// kCorrupt for a damaged file, or one of a newer version.
Result<CustodySettings> ReadCustodySettings(const std::filesystem::path& state);
/// kConflict when the state has a custody already: it is chosen once.
Status WriteCustodySettings(const std::filesystem::path& state, const CustodySettings& settings);

/// Opens STATE's custody as its settings say. A state without a store yet may make its keys.
/// `credentials` is the folder of $CREDENTIALS_DIRECTORY, if there is one.
Result<std::unique_ptr<Custody>> OpenCustody(
    const std::filesystem::path& state,
    Entropy& entropy,
    const std::optional<std::filesystem::path>& credentials = CredentialsFolder());

}  // namespace signet::crypto
