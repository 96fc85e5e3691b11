/// Pkcs11Token: keys and short notes inside a hardware (or software) token, through its PKCS#11
/// module.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// One session, logged in as the token's user. Keys are generic secrets of 32 bytes that the token
/// makes itself, sensitive and never extractable: they sign (HMAC) inside and are destroyed inside.
/// Notes are small public texts. Both are found by label. Safe to share between threads.
///
/// Source: PKCS#11 v2.40; mechanisms CKM_GENERIC_SECRET_KEY_GEN and CKM_SHA256_HMAC.
class Pkcs11Token {
 public:
  /// Loads `module` (a shared library), finds the token labelled `token` and logs in with `pin`.
  /// kNotFound when module or token is missing; kInvalid for a refused PIN (the token counts wrong
  /// ones: this never tries twice); kUnavailable when the token does not answer.
  static Result<std::unique_ptr<Pkcs11Token>> Open(const std::filesystem::path& module,
                                                   const std::string& token,
                                                   const SecretBytes& pin);
  virtual ~Pkcs11Token() = default;

  virtual Result<bool> HasKey(const std::string& label) = 0;
  /// Makes a key; kConflict when the label is taken.
  virtual Status MakeKey(const std::string& label) = 0;
  /// kInvalid unless the token says that the key is sensitive and was never extractable.
  virtual Status CheckNeverLeaves(const std::string& label) = 0;
  /// HMAC-SHA-256 of `message` under the key, computed inside. kNotFound.
  virtual Result<SecretBytes> Mac(const std::string& label, ByteView message) = 0;
  /// ok when it is gone already.
  virtual Status DestroyKey(const std::string& label) = 0;
  /// Labels of all keys that start with `prefix`.
  virtual Result<std::vector<std::string>> Keys(std::string_view prefix) = 0;

  /// Label to text, of the notes whose label starts with `prefix`.
  virtual Result<std::map<std::string, std::string>> Notes(std::string_view prefix) = 0;
  virtual Status PutNote(const std::string& label, std::string_view text) = 0;
  /// ok when it is gone already.
  virtual Status DropNote(const std::string& label) = 0;
};

}  // namespace signet::crypto
