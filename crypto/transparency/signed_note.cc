#include "crypto/transparency/signed_note.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {
namespace {

constexpr size_t kPublicKeyBytes = 32;
constexpr size_t kKeyIdHexDigits = 8;
constexpr size_t kNoteBytesMax = size_t{1} << 20;
constexpr size_t kSignaturesMax = 100;
/// Em dash (U+2014) and a space.
constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
}

/// C2SP: a key name has no '+' and no Unicode space; ours are stricter: no control characters.
bool IsNoteName(std::string_view name) {
  return !name.empty() && IsValidUtf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
    return IsControl(c) || c == ' ' || c == '+';
  });
}

bool IsNoteText(std::string_view text) {
  return text.ends_with('\n') && IsValidUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return c != '\n' && IsControl(c); });
}

KeyId KeyIdOf(const std::string& name, const Ed25519PublicKey& key, KeyType type) {
  Bytes message = ToBytes(name);
  message.push_back('\n');
  message.push_back(static_cast<uint8_t>(type));
  Append(message, key.bytes());
  const Digest digest = Sha256::Of(message);
  KeyId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

Status NotAKey(const std::string& what) {
  return Invalid("not a verifier key: " + what)
      .WithRemedy("give the line that `signet audit key` prints: NAME+HEX+BASE64");
}

Status NotANote(const std::string& what) {
  return Invalid("not a signed note: " + what);
}

/// Reads "— NAME BASE64" without its line feed.
Result<NoteSignature> SignatureFromLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return NotANote("a signature line lacks its dash");
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return NotANote("a signature line lacks its signature");
  NoteSignature signature;
  signature.name = std::string(line.substr(0, space));
  if (!IsNoteName(signature.name)) return NotANote("a signature line has no valid name");
  const Result<Bytes> payload = FromBase64(line.substr(space + 1));
  if (!payload.ok() || payload->size() <= signature.id.size()) {
    return NotANote("a signature is not base64 of a key id and a signature");
  }
  std::copy_n(payload->begin(), signature.id.size(), signature.id.begin());
  signature.signature.assign(payload->begin() + static_cast<std::ptrdiff_t>(signature.id.size()),
                             payload->end());
  return signature;
}

}  // namespace

VerifierKey::VerifierKey(std::string name, const Ed25519PublicKey& key, KeyType type)
    : name_(std::move(name)), key_(key), type_(type), id_(KeyIdOf(name_, key, type)) {}

Result<VerifierKey> VerifierKey::Create(std::string name,
                                        const Ed25519PublicKey& key,
                                        KeyType type) {
  if (!IsNoteName(name)) {
    return NotAKey("its name is empty or has a space, '+' or control character");
  }
  return VerifierKey(std::move(name), key, type);
}

Result<VerifierKey> VerifierKey::FromText(std::string_view text, KeyType type) {
  text = Trim(text);
  const size_t first = text.find('+');
  if (first == std::string_view::npos) return NotAKey("it has no '+'");
  const size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return NotAKey("it has one '+' where two are needed");
  const std::string_view hex = text.substr(first + 1, second - first - 1);
  const Result<Bytes> id = FromHex(hex);
  if (hex.size() != kKeyIdHexDigits || !id.ok()) return NotAKey("its key id is not 8 hex digits");
  const Result<Bytes> payload = FromBase64(text.substr(second + 1));
  if (!payload.ok()) return NotAKey("its key is not base64");
  if (payload->size() != kPublicKeyBytes + 1 || payload->front() != static_cast<uint8_t>(type)) {
    return NotAKey(type == KeyType::kLog
                       ? "only Ed25519 log keys (type 1, 32 bytes) are known"
                       : "only keys for cosignature/v1 (type 4, 32 bytes) are witness keys");
  }
  const Result<Ed25519PublicKey> key = Ed25519PublicKey::FromBytes(ByteView(*payload).subspan(1));
  if (!key.ok()) return NotAKey("its public key is malformed");
  ASSIGN_OR_RETURN(VerifierKey result, Create(std::string(text.substr(0, first)), *key, type));
  if (!std::equal(id->begin(), id->end(), result.id_.begin(), result.id_.end())) {
    return NotAKey("its key id does not fit its name and key");
  }
  return result;
}

std::string VerifierKey::Text() const {
  Bytes payload = {static_cast<uint8_t>(type_)};
  Append(payload, key_.bytes());
  return name_ + "+" + ToHex(id_) + "+" + ToBase64(payload);
}

Result<SignedNote> SignedNote::FromText(std::string_view note) {
  if (note.size() > kNoteBytesMax) return NotANote("it is longer than 1 MiB");
  if (!IsNoteText(note)) return NotANote("it is not text that ends in a line feed");
  const size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return NotANote("no empty line before the signatures");
  SignedNote result;
  result.text = std::string(note.substr(0, gap + 1));
  std::string_view rest = note.substr(gap + 2);
  if (rest.empty()) return NotANote("it has no signature");
  while (!rest.empty()) {
    if (result.signatures.size() == kSignaturesMax) return NotANote("more than 100 signatures");
    const size_t end = rest.find('\n');
    ASSIGN_OR_RETURN(NoteSignature signature, SignatureFromLine(rest.substr(0, end)));
    result.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return result;
}

std::string SignedNote::Text() const {
  std::string note = text + "\n";
  for (const NoteSignature& signature : signatures) {
    Bytes payload(signature.id.begin(), signature.id.end());
    Append(payload, signature.signature);
    note += std::string(kSignaturePrefix) + signature.name + " " + ToBase64(payload) + "\n";
  }
  return note;
}

Result<SignedNote> SignNote(std::string text,
                            const std::string& name,
                            const Ed25519PrivateKey& key) {
  if (!IsNoteText(text)) return NotANote("the text has control characters or no last line feed");
  ASSIGN_OR_RETURN(const VerifierKey verifier, VerifierKey::Create(name, key.PublicKey()));
  SignedNote note;
  note.signatures.push_back({name, verifier.id(), key.Sign(AsBytes(text))});
  note.text = std::move(text);
  return note;
}

Status VerifyNote(const SignedNote& note, const VerifierKey& key) {
  if (key.type() != KeyType::kLog) return Invalid(key.name() + " is not a log's key");
  bool found = false;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != key.name() || signature.id != key.id()) continue;
    if (!key.key().Verify(AsBytes(note.text), signature.signature)) {
      return Corrupt("the signature of " + key.name() + " is wrong");
    }
    found = true;
  }
  if (!found) {
    return Corrupt("the note is not signed by the key " + key.name() + "+" + ToHex(key.id()));
  }
  return OkStatus();
}

}  // namespace signet::crypto
