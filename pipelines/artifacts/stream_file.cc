#include "pipelines/artifacts/stream_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/primitives/stream_padding.h"

namespace signet::pipelines {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
/// A schema of 10,000 columns fits.
constexpr uint32_t kHeaderBytesMax = uint32_t{8} << 20;

Bytes ContextOf(const StreamHeader& header) {
  const crypto::Digest digest = crypto::Sha256::Of(AsBytes(header.ToJson().Dump()));
  return {digest.begin(), digest.end()};
}

/// Splits what comes out of a stream into header and body; the header is checked before any of the
/// body is passed on.
class HeaderSplitter {
 public:
  HeaderSplitter(const Stream& stream, const StreamHeader& expected, const crypto::StreamSink& sink)
      : stream_(stream), expected_(expected), sink_(sink) {}

  Status Take(ByteView bytes) {
    if (checked_) return Pass(bytes);
    Append(head_, bytes);
    ByteReader reader(head_);
    if (head_.size() < 4) return OkStatus();
    ASSIGN_OR_RETURN(const uint32_t size, reader.U32());
    if (size > kHeaderBytesMax) return Corrupt("an artifact whose header is too long");
    if (reader.rest().size() < size) return OkStatus();
    ASSIGN_OR_RETURN(const ByteView text, reader.Take(size));
    TRY(Check(text));
    checked_ = true;
    const Bytes rest(reader.rest().begin(), reader.rest().end());
    head_.clear();
    return rest.empty() ? OkStatus() : Pass(rest);
  }

  Result<StreamHeader> Finish() {
    if (!checked_) return Corrupt("an artifact without a header");
    if (padded_) TRY(padding_.Finish(head_bytes_));
    return std::move(header_);
  }

 private:
  Status Pass(ByteView body) { return padded_ ? padding_.Take(body) : sink_(body); }

  Status Check(ByteView text) {
    if (ToHex(crypto::Sha256::Of(text)) != stream_.header_digest) {
      return Corrupt("an artifact's header is not the one it was sealed under");
    }
    Result<Json> json = Json::Parse(AsText(text));
    if (!json.ok()) return Corrupt("an artifact's header is not JSON");
    Result<StreamHeader> header = StreamHeader::FromJson(*json);
    if (!header.ok()) return Corrupt("an artifact's header cannot be read");
    header_ = *std::move(header);
    padded_ = (*json)["format"].AsString() != "signet-stream/1";
    head_bytes_ = sizeof(uint32_t) + text.size();
    const bool same = header_.dataset == expected_.dataset && header_.kind == expected_.kind &&
                      header_.label_class == expected_.label_class &&
                      header_.partition == expected_.partition &&
                      header_.producer == expected_.producer;
    if (!same) return Corrupt("an artifact is not the one that was asked for");
    return OkStatus();
  }

  const Stream& stream_;
  const StreamHeader& expected_;
  const crypto::StreamSink& sink_;
  Bytes head_;
  bool checked_ = false;
  bool padded_ = false;
  uint64_t head_bytes_ = 0;
  crypto::PaddingRemover padding_{sink_};
  StreamHeader header_;
};

}  // namespace

BlobSealer::BlobSealer(const StreamHeader& header, const LeasedDek& dek, Entropy& entropy)
    : sealer_(*dek.key, entropy, ContextOf(header), [this](ByteView bytes) {
        signet::Append(sealed_, bytes);
        return OkStatus();
      }) {
  stream_.label_class = header.label_class;
  stream_.columns = header.schema.Names();
  stream_.header_digest = HeaderDigest(header);
  stream_.dek = dek.id;
  const std::string text = header.ToJson().Dump();
  CHECK(text.size() <= kHeaderBytesMax);
  Bytes head;
  AppendField(head, text);
  plain_ = head.size();
  started_ = sealer_.Append(head);
}

Status BlobSealer::Append(ByteView body) {
  TRY(started_);
  plain_ += body.size();
  return sealer_.Append(body);
}

Status BlobSealer::AppendFile(const MemoryFile& file) {
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  sealed_.reserve(sealed_.size() + crypto::SealedStreamSize(size) + 4096);
  Bytes buffer(kReadBytes);
  for (uint64_t at = 0; at < size;) {
    ASSIGN_OR_RETURN(const size_t got, file.ReadAt(at, buffer));
    if (got == 0) return Internal("a memory file became shorter");
    TRY(Append(ByteView(buffer).first(got)));
    at += got;
  }
  Wipe(buffer.data(), buffer.size());
  return OkStatus();
}

Result<Stream> BlobSealer::Finish(BlobStore& store) {
  TRY(started_);
  TRY(crypto::AppendPadding(plain_, [this](ByteView padding) { return sealer_.Append(padding); }));
  TRY(sealer_.Finish());
  stream_.blob_digest = ToHex(crypto::Sha256::Of(sealed_));
  stream_.bytes = sealed_.size();
  TRY(store.Put(stream_.blob_digest, sealed_));
  return stream_;
}

Result<StreamHeader> OpenBlobTo(const Stream& stream,
                                const StreamHeader& expected,
                                const SecretBytes& key,
                                BlobStore& store,
                                const crypto::StreamSink& sink) {
  ASSIGN_OR_RETURN(const Bytes sealed, store.Get(stream.blob_digest));
  ASSIGN_OR_RETURN(const Bytes context, FromHex(stream.header_digest));
  HeaderSplitter splitter(stream, expected, sink);
  TRY(crypto::OpenStreamTo(
          key, context, sealed, [&splitter](ByteView bytes) { return splitter.Take(bytes); })
          .WithContext("artifact " + stream.blob_digest.substr(0, 12) + " of '" + expected.dataset +
                       "'"));
  return splitter.Finish();
}

}  // namespace signet::pipelines
