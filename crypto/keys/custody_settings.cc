#include "crypto/keys/custody_settings.h"

#include <stdlib.h>
#include <system_error>
#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "crypto/keys/file_custody.h"
#include "crypto/keys/pkcs11_custody.h"
#include "crypto/keys/private_file.h"

namespace signet::crypto {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRootBytes = 32;
constexpr size_t kPinBytesMax = 256;
constexpr const char* kFileName = "custody.json";

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// One credential; a name that is no path.
Result<SecretBytes> ReadCredential(const std::optional<fs::path>& credentials,
                                   const std::string& name,
                                   size_t bytes_max) {
  if (name.empty() || name.find('/') != std::string::npos || name[0] == '.') {
    return Invalid("'" + name + "' is no name of a credential");
  }
  if (!credentials) {
    return NotFound("systemd delivered no credentials to this process ($CREDENTIALS_DIRECTORY)")
        .WithRemedy("run it as a service with LoadCredentialEncrypted=" + name +
                    ", or with systemd-run -p LoadCredential=" + name + ":FILE");
  }
  return ReadPrivateFile(*credentials / name, bytes_max, FileAccess::kDelivered);
}

Result<std::unique_ptr<Custody>> OpenUnderCredential(const fs::path& state,
                                                     const CustodySettings& settings,
                                                     const std::optional<fs::path>& credentials) {
  ASSIGN_OR_RETURN(SecretBytes root,
                   ReadCredential(credentials, settings.credential, kRootBytes + 1));
  if (root.size() != kRootBytes) {
    return Invalid("the credential " + settings.credential + " has not exactly 32 bytes")
        .WithRemedy("head -c 32 /dev/urandom | systemd-creds encrypt --name=" +
                    settings.credential + " - FILE");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<FileCustody> custody,
                   FileCustody::OpenUnder(state / "custody", std::move(root)));
  return std::unique_ptr<Custody>(std::move(custody));
}

/// The PIN without the line's end that editors add.
Result<SecretBytes> ReadPin(const CustodySettings& settings,
                            const std::optional<fs::path>& credentials) {
  Result<SecretBytes> pin = settings.pin_file.empty()
                                ? ReadCredential(credentials, settings.pin_credential, kPinBytesMax)
                                : ReadPrivateFile(settings.pin_file, kPinBytesMax);
  if (!pin.ok()) return pin.status().WithContext("the token's PIN");
  ByteView digits = pin->ExposeSecret();
  while (!digits.empty() && (digits.back() == '\n' || digits.back() == '\r')) {
    digits = digits.first(digits.size() - 1);
  }
  return SecretBytes::CopyOf(digits);
}

Result<std::unique_ptr<Custody>> OpenInToken(const fs::path& state,
                                             const CustodySettings& settings,
                                             const std::optional<fs::path>& credentials) {
  ASSIGN_OR_RETURN(const SecretBytes pin, ReadPin(settings, credentials));
  ASSIGN_OR_RETURN(std::shared_ptr<Pkcs11Token> token,
                   Pkcs11Token::Open(settings.module, settings.token, pin));
  const bool fresh = !Exists(state / "store");
  ASSIGN_OR_RETURN(std::unique_ptr<Pkcs11Custody> custody,
                   Pkcs11Custody::Open(std::move(token), settings.object, fresh));
  return std::unique_ptr<Custody>(std::move(custody));
}

Status CheckSettings(const CustodySettings& settings) {
  if (settings.kind != CustodyKind::kPkcs11) return OkStatus();
  if (settings.module.empty() || settings.token.empty()) {
    return Invalid("custody in a token needs the module's file and the token's label")
        .WithRemedy("--module FILE.so --token LABEL --pin-file FILE");
  }
  if (settings.pin_file.empty() == settings.pin_credential.empty()) {
    return Invalid("the token's PIN comes from a file or from a credential")
        .WithRemedy("--pin-file FILE (mode 0600), or --pin-credential NAME");
  }
  return OkStatus();
}

}  // namespace

std::optional<fs::path> CredentialsFolder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before threads start.
  const char* const folder = ::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return fs::path(folder);
}

std::string_view CustodyKindName(CustodyKind kind) {
  switch (kind) {
    case CustodyKind::kFile:
      return "file";
    case CustodyKind::kCredential:
      return "credential";
    case CustodyKind::kPkcs11:
      return "pkcs11";
  }
  return "";
}

Result<CustodyKind> CustodyKindFromName(std::string_view name) {
  for (const CustodyKind kind :
       {CustodyKind::kFile, CustodyKind::kCredential, CustodyKind::kPkcs11}) {
    if (CustodyKindName(kind) == name) return kind;
  }
  return Invalid("'" + std::string(name) + "' is no custody")
      .WithRemedy("file, credential or pkcs11");
}

Result<CustodySettings> ReadCustodySettings(const fs::path& state) {
  const Result<Bytes> bytes = ReadFile(state / kFileName);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) return CustodySettings();
  if (!bytes.ok()) return bytes.status();
  const std::string damaged = (state / kFileName).string() + " is damaged, or of a newer Signet";
  const Result<Json> json = Json::Parse(AsText(*bytes));
  if (!json.ok() || (*json)["format"].AsInt() != 1) return Corrupt(damaged);
  const Result<CustodyKind> kind = CustodyKindFromName((*json)["custody"].AsString());
  if (!kind.ok()) return Corrupt(damaged);
  CustodySettings settings;
  settings.kind = *kind;
  settings.credential = (*json)["credential"].AsString();
  settings.module = (*json)["module"].AsString();
  settings.token = (*json)["token"].AsString();
  settings.object = (*json)["object"].AsString();
  settings.pin_file = (*json)["pin_file"].AsString();
  settings.pin_credential = (*json)["pin_credential"].AsString();
  return settings;
}

Status WriteCustodySettings(const fs::path& state, const CustodySettings& settings) {
  TRY(CheckSettings(settings));
  if (Exists(state / kFileName) || Exists(state / "store") || Exists(state / "custody")) {
    return Conflict("the state " + state.string() + " has a custody already")
        .WithRemedy("a state's custody is chosen once, by its first `signet keys init`");
  }
  Json json = Json::Of({{"format", 1}, {"custody", CustodyKindName(settings.kind)}});
  if (settings.kind == CustodyKind::kCredential) json.Set("credential", settings.credential);
  if (settings.kind == CustodyKind::kPkcs11) {
    json.Set("module", settings.module).Set("token", settings.token);
    json.Set("object", settings.object).Set("pin_file", settings.pin_file);
    json.Set("pin_credential", settings.pin_credential);
  }
  TRY(MakeFolders(state));
  return WriteFileAtomically(state / kFileName, AsBytes(json.Pretty() + "\n"), 0600);
}

Result<std::unique_ptr<Custody>> OpenCustody(const fs::path& state,
                                             Entropy& entropy,
                                             const std::optional<fs::path>& credentials) {
  ASSIGN_OR_RETURN(const CustodySettings settings, ReadCustodySettings(state));
  switch (settings.kind) {
    case CustodyKind::kFile: {
      ASSIGN_OR_RETURN(std::unique_ptr<FileCustody> custody,
                       FileCustody::Open(state / "custody", entropy));
      return std::unique_ptr<Custody>(std::move(custody));
    }
    case CustodyKind::kCredential:
      return OpenUnderCredential(state, settings, credentials);
    case CustodyKind::kPkcs11:
      return OpenInToken(state, settings, credentials);
  }
  return Internal("unknown custody");
}

}  // namespace signet::crypto
