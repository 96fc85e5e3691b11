/// Checkpoint (C2SP tlog-checkpoint): origin, size and root of a log, carried by a signed note.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/transparency/signed_note.h"
#include "crypto/transparency/tree_hasher.h"

namespace signet::crypto {

struct Checkpoint {
  std::string origin;  ///< schemaless, e.g. "signet.example/audit/prod"
  uint64_t size = 0;
  Digest root{};

  /// "origin LF size LF base64(root) LF".
  [[nodiscard]] std::string Text() const;
  /// Extension lines are accepted and ignored; kInvalid for what is not a checkpoint.
  static Result<Checkpoint> FromText(std::string_view text);

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// Reads a checkpoint's note and verifies it: kCorrupt for a bad or missing signature, or when the
/// origin is not the key's name.
Result<Checkpoint> OpenCheckpoint(std::string_view note, const VerifierKey& key);

}  // namespace signet::crypto
