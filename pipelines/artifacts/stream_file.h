/// Seals and opens streams piecewise, so that a large body is never in memory twice as plaintext.
#pragma once

#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/base/status.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/sealed_blob.h"

namespace signet::pipelines {

/// Seals one header and body: Append any number of times, then Finish once.
class BlobSealer {
 public:
  /// `dek.key` has 32 bytes and outlives the sealer.
  BlobSealer(const StreamHeader& header, const LeasedDek& dek, Entropy& entropy);
  BlobSealer(const BlobSealer&) = delete;
  BlobSealer& operator=(const BlobSealer&) = delete;
  ~BlobSealer() = default;
  Status Append(ByteView body);
  /// Appends all of `file`.
  Status AppendFile(const MemoryFile& file);
  /// Stores the blob.
  Result<Stream> Finish(BlobStore& store);

 private:
  Stream stream_;
  Bytes sealed_;
  uint64_t plain_ = 0;  ///< bytes of header and body so far
  Status started_;
  crypto::StreamSealer sealer_;
};

/// As OpenBlob, the body chunk by chunk into `sink`, which must drop what it got unless the result
/// is ok. Returns the header, which agrees with `expected`.
Result<StreamHeader> OpenBlobTo(const Stream& stream,
                                const StreamHeader& expected,
                                const SecretBytes& key,
                                BlobStore& store,
                                const crypto::StreamSink& sink);

}  // namespace signet::pipelines
