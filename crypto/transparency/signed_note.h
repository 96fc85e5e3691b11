/// Signed notes (C2SP signed-note): a text with Ed25519 signature lines, and verifier keys.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/primitives/ed25519.h"

namespace signet::crypto {

using KeyId = std::array<uint8_t, 4>;

/// What a key signs, so that no signature of one kind passes for another.
enum class KeyType : uint8_t {
  kLog = 0x01,      ///< Ed25519 over the note's text
  kWitness = 0x04,  ///< cosignature/v1 (cosignature.h)
};

/// A name without '+', spaces or control characters; the first 4 bytes of
/// SHA-256(name || 0x0A || type || public key) tell keys of one name apart.
class VerifierKey {
 public:
  /// kInvalid when the name cannot stand in a note.
  static Result<VerifierKey> Create(std::string name,
                                    const Ed25519PublicKey& key,
                                    KeyType type = KeyType::kLog);
  /// Reads "NAME+hex8(key id)+base64(type || public key)"; kInvalid says what is wrong with it,
  /// also when it is a key of another type.
  static Result<VerifierKey> FromText(std::string_view text, KeyType type = KeyType::kLog);

  [[nodiscard]] std::string Text() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const KeyId& id() const { return id_; }
  [[nodiscard]] const Ed25519PublicKey& key() const { return key_; }
  [[nodiscard]] KeyType type() const { return type_; }

 private:
  VerifierKey(std::string name, const Ed25519PublicKey& key, KeyType type);

  std::string name_;
  Ed25519PublicKey key_;
  KeyType type_ = KeyType::kLog;
  KeyId id_{};
};

/// One line "— NAME BASE64(key_id(4) || signature)".
struct NoteSignature {
  std::string name;
  KeyId id{};
  Bytes signature;
};

/// A text (which ends in a line feed, and is what the signatures cover) and its signatures.
struct SignedNote {
  std::string text;
  std::vector<NoteSignature> signatures;

  /// kInvalid for what is not a note, without quoting it. At most 1 MiB and 100 signatures.
  static Result<SignedNote> FromText(std::string_view note);
  /// The text, an empty line, the signature lines.
  [[nodiscard]] std::string Text() const;
};

/// Signs `text`; the key's name is `name`. kInvalid unless the text is UTF-8 without control
/// characters and ends in a line feed.
Result<SignedNote> SignNote(std::string text,
                            const std::string& name,
                            const Ed25519PrivateKey& key);
/// kCorrupt unless a signature of `key` (a log's) is there and good; a wrong line of the same name
/// and id fails the note even when another is good.
Status VerifyNote(const SignedNote& note, const VerifierKey& key);

}  // namespace signet::crypto
