#include "pipelines/artifacts/sealed_blob.h"

#include <string>
#include <utility>

#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "pipelines/artifacts/stream_file.h"

namespace signet::pipelines {

Json StreamHeader::ToJson() const {
  return Json::Of({{"format", "signet-stream/2"},
                   {"dataset", dataset},
                   {"kind", DatasetKindName(kind)},
                   {"label_class", policies::LabelClassName(label_class)},
                   {"partition", partition},
                   {"producer", producer},
                   {"schema", schema.ToJson()}});
}

Result<StreamHeader> StreamHeader::FromJson(const Json& json) {
  const std::string format = json["format"].AsString();
  if (format != "signet-stream/2" && format != "signet-stream/1") {
    return Corrupt("not a header of a stream");
  }
  StreamHeader header;
  header.dataset = json["dataset"].AsString();
  ASSIGN_OR_RETURN(header.kind, DatasetKindFromName(json["kind"].AsString()));
  ASSIGN_OR_RETURN(header.label_class,
                   policies::LabelClassFromName(json["label_class"].AsString()));
  header.partition = static_cast<int>(json["partition"].AsInt());
  header.producer = json["producer"].AsString();
  ASSIGN_OR_RETURN(header.schema, Schema::FromJson(json["schema"]));
  return header;
}

std::string HeaderDigest(const StreamHeader& header) {
  return ToHex(crypto::Sha256::Of(AsBytes(header.ToJson().Dump())));
}

Result<Stream> SealBlob(const StreamHeader& header,
                        ByteView body,
                        const LeasedDek& dek,
                        BlobStore& store,
                        Entropy& entropy) {
  BlobSealer sealer(header, dek, entropy);
  TRY(sealer.Append(body));
  return sealer.Finish(store);
}

Result<Bytes> OpenBlob(const Stream& stream,
                       const StreamHeader& expected,
                       const SecretBytes& key,
                       BlobStore& store,
                       StreamHeader* header) {
  Bytes body;
  const auto sink = [&body](ByteView more) {
    Append(body, more);
    return OkStatus();
  };
  ASSIGN_OR_RETURN(StreamHeader found, OpenBlobTo(stream, expected, key, store, sink));
  if (header != nullptr) *header = std::move(found);
  return body;
}

}  // namespace signet::pipelines
