/// ReceiptWriter: what was done for a request, provable offline with the log's public key.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// A receipt before it is written: the log holds the entry that names its digest.
struct Receipt {
  std::string name;          ///< "erasure-20261122t...-withdrawn"
  Json body;                 ///< what was touched
  uint64_t audit_index = 0;  ///< of the entry whose facts hold DigestOf(body)
};

/// Writes STATE/receipts/NAME.json (the body), NAME.entry.json (the log's entry) and
/// NAME.tlog-proof. Check them with
///   signet-verify proof NAME.tlog-proof --entry NAME.entry.json --key K
/// and sha256sum NAME.json against the entry's facts.digest.
class ReceiptWriter {
 public:
  explicit ReceiptWriter(StateFolder& state) : state_(state) {}

  /// The bytes of NAME.json.
  static std::string TextOf(const Json& body);
  /// Hex SHA-256 of them.
  static std::string DigestOf(const Json& body);

  /// Signs one checkpoint over all entries and writes all files, durable when it returns.
  Status Write(const std::vector<Receipt>& receipts);
  /// NAME.entry.json and NAME.tlog-proof for one entry of the log, into `folder`.
  Status WriteProof(const std::filesystem::path& folder, const std::string& name, uint64_t index);

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
