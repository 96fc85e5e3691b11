/// Receipt (C2SP tlog-proof): shows offline that an entry is in a log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/transparency/checkpoint.h"

namespace signet::crypto {

/// "c2sp.org/tlog-proof@v1", an optional "extra BASE64" (unauthenticated, never trusted),
/// "index N", the inclusion hashes, an empty line, the checkpoint's note verbatim.
struct Receipt {
  uint64_t index = 0;
  std::vector<Digest> hashes;
  std::string checkpoint;  ///< the signed note

  [[nodiscard]] std::string Text() const;
  static Result<Receipt> FromText(std::string_view text);
};

/// kCorrupt unless `entry` lies at the receipt's index under its checkpoint, signed by `key`.
/// Returns the checkpoint.
Result<Checkpoint> VerifyReceipt(const Receipt& receipt, ByteView entry, const VerifierKey& key);

}  // namespace signet::crypto
