#include "pipelines/artifacts/reseal.h"

#include <utility>

#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"

namespace signet::pipelines {

Result<Stream> Reseal(const Stream& old,
                      const SecretBytes& key,
                      const LeasedDek& fresh,
                      BlobStore& store,
                      Entropy& entropy) {
  ASSIGN_OR_RETURN(const Bytes context, FromHex(old.header_digest));
  ASSIGN_OR_RETURN(const Bytes sealed, store.Get(old.blob_digest));
  Bytes again;
  again.reserve(sealed.size());
  crypto::StreamSealer sealer(*fresh.key, entropy, context, [&again](ByteView bytes) {
    Append(again, bytes);
    return OkStatus();
  });
  TRY(crypto::OpenStreamTo(
      key, context, sealed, [&sealer](ByteView bytes) { return sealer.Append(bytes); }));
  TRY(sealer.Finish());
  Stream stream = old;
  stream.dek = fresh.id;
  stream.bytes = again.size();
  stream.blob_digest = ToHex(crypto::Sha256::Of(again));
  TRY(store.Put(stream.blob_digest, again));
  return stream;
}

}  // namespace signet::pipelines
