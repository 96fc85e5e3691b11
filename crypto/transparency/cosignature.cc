#include "crypto/transparency/cosignature.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/bytes.h"

namespace signet::crypto {
namespace {

constexpr size_t kTimeBytes = 8;

}  // namespace

std::string CosignedMessage(std::string_view checkpoint_text, uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(checkpoint_text);
}

Result<NoteSignature> Cosign(std::string_view checkpoint_text,
                             const std::string& name,
                             const Ed25519PrivateKey& key,
                             uint64_t time_s) {
  ASSIGN_OR_RETURN(const VerifierKey verifier,
                   VerifierKey::Create(name, key.PublicKey(), KeyType::kWitness));
  NoteSignature line{name, verifier.id(), {}};
  AppendU64(line.signature, time_s);
  Append(line.signature, key.Sign(AsBytes(CosignedMessage(checkpoint_text, time_s))));
  return line;
}

Result<uint64_t> VerifyCosignature(const SignedNote& note, const VerifierKey& witness) {
  if (witness.type() != KeyType::kWitness) return Invalid(witness.name() + " is no witness' key");
  bool found = false;
  uint64_t newest = 0;
  for (const NoteSignature& line : note.signatures) {
    if (line.name != witness.name() || line.id != witness.id()) continue;
    const Status wrong = Corrupt("the cosignature of " + witness.name() + " is wrong");
    if (line.signature.size() != kTimeBytes + Ed25519PublicKey::kSignatureBytes) return wrong;
    ByteReader reader(line.signature);
    ASSIGN_OR_RETURN(const uint64_t time_s, reader.U64());
    const std::string message = CosignedMessage(note.text, time_s);
    if (!witness.key().Verify(AsBytes(message), reader.rest())) return wrong;
    found = true;
    newest = std::max(newest, time_s);
  }
  if (!found) return NotFound("the checkpoint is not cosigned by " + witness.name());
  return newest;
}

}  // namespace signet::crypto
