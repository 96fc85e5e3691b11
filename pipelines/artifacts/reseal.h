/// Reseal: the same stream under another data key, without looking at what it says.
#pragma once

#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/artifacts/blob_store.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Opens `old` under `key` and seals the same bytes, header and body, under `fresh`: context,
/// columns and content stay, salt, key and address change. Chunk by chunk; the plaintext is never
/// whole in memory. kCorrupt (nothing is stored) when the stream does not open. The old blob stays.
Result<Stream> Reseal(const Stream& old,
                      const SecretBytes& key,
                      const LeasedDek& fresh,
                      BlobStore& store,
                      Entropy& entropy);

}  // namespace signet::pipelines
