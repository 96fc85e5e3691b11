/// The header that binds a sealed stream to what it is, and small opaque blobs under it.
///
/// Plaintext of every sealed stream of ours:
///   u32 header length | header (canonical JSON) | body | padding
///   (crypto/primitives/stream_padding.h)
/// (format "signet-stream/1", of the first release, has no padding; it is still read.)
/// The stream's context is the header digest = SHA-256(header). Who opens it compares the header's
/// fields with what it asked for, so that no stream can stand in for another one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// A data key as leased: its id and its 32 bytes (must outlive the call).
struct LeasedDek {
  DekId id;
  const SecretBytes* key = nullptr;
};

/// What a stream is: everything but its rows.
struct StreamHeader {
  std::string dataset;
  DatasetKind kind = DatasetKind::kFeatures;
  policies::LabelClass label_class = policies::LabelClass::kOrdinary;
  int partition = -1;
  std::string producer;
  Schema schema;  ///< of this stream alone; empty for opaque blobs

  [[nodiscard]] Json ToJson() const;
  static Result<StreamHeader> FromJson(const Json& json);
};

/// Seals header and body under `dek` and stores them; `body_columns` of the result are the
/// schema's. kUnavailable when the store cannot be written.
Result<Stream> SealBlob(const StreamHeader& header,
                        ByteView body,
                        const LeasedDek& dek,
                        BlobStore& store,
                        Entropy& entropy);

/// Fetches, authenticates and checks against `expected` (all but schema, which the caller checks):
/// kCorrupt when the blob was changed, the key is another, or the stream is not what was expected;
/// nothing is released then. Returns the body; `header` (may be null) receives the header.
Result<Bytes> OpenBlob(const Stream& stream,
                       const StreamHeader& expected,
                       const SecretBytes& key,
                       BlobStore& store,
                       StreamHeader* header = nullptr);

/// SHA-256 of the header's canonical JSON, in hex.
std::string HeaderDigest(const StreamHeader& header);

}  // namespace signet::pipelines
