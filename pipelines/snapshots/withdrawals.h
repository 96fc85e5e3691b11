/// The tombstone overlay: tokens that must not be served from now on, whatever the snapshots hold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/snapshots/serving_folder.h"

namespace signet::pipelines {

/// One withdrawal at one recipient.
struct Withdrawal {
  Uuid token{};
  Timestamp time;
  /// Empty: of everything (erasure). Else only from the snapshots whose publication had this
  /// purpose.
  std::string purpose;
  friend bool operator==(const Withdrawal&, const Withdrawal&) = default;
};

/// The overlay of one recipient, as it is now.
struct Withdrawals {
  uint64_t sequence = 0;            ///< grows with each change; a reader refuses to go back
  std::vector<Withdrawal> entries;  ///< sorted by token
  std::string note;                 ///< as it was signed; empty when there is no overlay
};

/// Signs the text of a note; given by whoever holds the log key.
using NoteSigner = std::function<Result<std::string>(std::string text)>;

/// "signet withdrawals v1", recipient, sequence, hex SHA-256 of withdrawn.sealed.
std::string WithdrawalsNoteText(const std::string& recipient, uint64_t sequence, ByteView sealed);

/// Adds withdrawals (duplicates are fine) and rewrites the overlay of `recipient`, atomically, as
/// one file withdrawn.sealed: u32 length | note | sealed stream. One writer at a time. Without
/// `sign` the note carries no signature.
Status AddWithdrawals(const ServingFolder& folder,
                      const std::string& recipient,
                      const std::vector<Withdrawal>& more,
                      Entropy& entropy,
                      const NoteSigner& sign);
/// The overlay; empty when there is none. kCorrupt for a changed file or a note that is not of it.
Result<Withdrawals> ReadWithdrawals(const ServingFolder& folder, const std::string& recipient);

}  // namespace signet::pipelines
