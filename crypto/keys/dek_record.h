/// What the store keeps of one DEK.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/held_key.h"

namespace signet::crypto {

/// What one DEK may seal: a label class of a partition of a version of a dataset.
struct DekScope {
  std::string dataset;
  std::string version;
  int partition = -1;  ///< -1 = not partitioned
  std::string label_class;
  friend bool operator==(const DekScope&, const DekScope&) = default;
};

/// "features version 7, partition 3, ordinary", for messages.
std::string ScopeText(const DekScope& scope);

/// A wrapped DEK. On disk:
///
///   format(1: 1) ‖ generation(4) ‖ made at, microseconds(8) ‖ dataset ‖ version ‖ partition(4,
///   two's complement) ‖ label class ‖ wrapped key; texts and the key as fields (4-byte length
///   before); numbers big-endian
struct DekRecord {
  uint32_t generation = 0;  ///< the KEK generation that wraps it
  Timestamp made_at;
  DekScope scope;
  Bytes wrapped;
};

Bytes EncodeDekRecord(const DekRecord& record);
/// kCorrupt for anything else than EncodeDekRecord wrote.
Result<DekRecord> DecodeDekRecord(ByteView bytes);

/// Wraps `dek` into `record` under `kek`, bound to the id and the record's scope.
Status WrapInto(DekRecord& record, const HeldKey& kek, const DekId& id, const SecretBytes& dek);
/// kCorrupt when the record, its scope or the id it stands under was changed.
Result<SecretBytes> UnwrapFrom(const DekRecord& record, const HeldKey& kek, const DekId& id);

}  // namespace signet::crypto
