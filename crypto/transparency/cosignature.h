/// Cosignatures (C2SP cosignature/v1): a witness says that it saw this checkpoint, when, and that
/// the log had only grown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/transparency/signed_note.h"

namespace signet::crypto {

/// The message that a witness signs: "cosignature/v1 LF time T LF" and the checkpoint's text.
std::string CosignedMessage(std::string_view checkpoint_text, uint64_t time_s);

/// The signature line of witness `name` over a checkpoint's text. Its payload behind the key id is
/// the time (seconds since 1970, 8 bytes big-endian) and the signature(64). kInvalid for a name
/// that cannot stand in a note.
Result<NoteSignature> Cosign(std::string_view checkpoint_text,
                             const std::string& name,
                             const Ed25519PrivateKey& key,
                             uint64_t time_s);

/// The time (seconds since 1970) of `witness`' cosignature on the note. kNotFound when there is
/// none, kCorrupt when a line of that key is wrong, kInvalid when the key is not a witness'.
Result<uint64_t> VerifyCosignature(const SignedNote& note, const VerifierKey& witness);

}  // namespace signet::crypto
