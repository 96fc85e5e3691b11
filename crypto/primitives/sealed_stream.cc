#include "crypto/primitives/sealed_stream.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr size_t kSaltBytes = 24;
constexpr size_t kCommitmentBytes = 32;
constexpr size_t kTagBytes = Aes256Gcm::kTagBytes;
constexpr uint64_t kChunksMax = uint64_t{1} << 38;
constexpr std::string_view kLabel = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";

using Nonce = std::array<uint8_t, Aes256Gcm::kNonceBytes>;
using Commitment = std::array<uint8_t, kCommitmentBytes>;

/// What HKDF gives for one stream; knows no data.
struct StreamKeys {
  Aes256Gcm cipher;
  Nonce base_nonce;
  Commitment commitment;
};

StreamKeys DeriveStreamKeys(const SecretBytes& key, ByteView salt, ByteView context) {
  Bytes info = ToBytes(kLabel);
  info.push_back(0);
  Append(info, salt);
  Append(info, context);
  const SecretBytes okm = HkdfExpandSha512(key, info, 32 + sizeof(Nonce) + kCommitmentBytes);
  const ByteView bytes = okm.ExposeSecret();
  StreamKeys keys{Aes256Gcm(SecretBytes::CopyOf(bytes.first(32))), {}, {}};
  std::copy_n(bytes.begin() + 32, sizeof(Nonce), keys.base_nonce.begin());
  std::copy_n(bytes.begin() + 32 + sizeof(Nonce), kCommitmentBytes, keys.commitment.begin());
  return keys;
}

/// base_nonce XOR k, with k big-endian in the last bytes.
Nonce ChunkNonce(const Nonce& base, uint64_t k) {
  Nonce nonce = base;
  for (size_t i = 0; i < 8; ++i) {
    uint8_t& at = nonce[nonce.size() - 1 - i];
    at = static_cast<uint8_t>(at ^ (k >> (8 * i)));
  }
  return nonce;
}

Status CheckKey(const SecretBytes& key) {
  if (key.size() == kStreamKeyBytes) return OkStatus();
  return Invalid("a stream key has 32 bytes, not " + std::to_string(key.size()));
}

Status ChunkCorrupt(uint64_t k) {
  return Corrupt("chunk " + std::to_string(k) + " of a sealed stream was changed or moved");
}

}  // namespace

uint64_t SealedStreamSize(uint64_t plain) {
  return kStreamHeaderBytes + plain + kTagBytes * (plain / kStreamChunkBytes + 1);
}

Result<uint64_t> PlainStreamSize(uint64_t sealed) {
  if (sealed < kStreamHeaderBytes + kTagBytes) {
    return Corrupt("a sealed stream has at least 72 bytes, not " + std::to_string(sealed));
  }
  const uint64_t body = sealed - kStreamHeaderBytes;
  const uint64_t last = body % kSealedChunkBytes;
  if (last < kTagBytes) {
    return Corrupt("a sealed stream of " + std::to_string(sealed) + " bytes was cut short");
  }
  return body / kSealedChunkBytes * kStreamChunkBytes + last - kTagBytes;
}

// --- sealing

class StreamSealer::Impl {
 public:
  Impl(const SecretBytes& key,
       Entropy& entropy,
       ByteView context,
       StreamSink sink,
       uint64_t calls_max)
      : calls_max_(calls_max),
        header_(Salt(entropy)),
        keys_(DeriveStreamKeys(key, header_, context)),
        sink_(std::move(sink)),
        held_(kStreamChunkBytes) {
    signet::Append(header_, keys_.commitment);
  }

  Status Append(ByteView plain) {
    while (!plain.empty()) {
      if (held_size_ == 0 && plain.size() >= kStreamChunkBytes) {
        TRY(Put(plain.first(kStreamChunkBytes)));
        plain = plain.subspan(kStreamChunkBytes);
        continue;
      }
      const size_t take = std::min(kStreamChunkBytes - held_size_, plain.size());
      std::copy_n(plain.begin(),
                  take,
                  held_.ExposeSecretForWrite().begin() + static_cast<std::ptrdiff_t>(held_size_));
      held_size_ += take;
      plain = plain.subspan(take);
      if (held_size_ == kStreamChunkBytes) {
        held_size_ = 0;
        TRY(Put(held_.ExposeSecret()));
      }
    }
    return OkStatus();
  }

  Status Finish() {
    CHECK(!finished_);
    finished_ = true;
    return Put(held_.ExposeSecret().first(held_size_));
  }

  [[nodiscard]] uint64_t calls() const { return next_; }

 private:
  static Bytes Salt(Entropy& entropy) {
    Bytes salt(kSaltBytes);
    entropy.Fill(salt);
    return salt;
  }

  /// Seals one chunk; a header that waits goes first, in the same call of the sink.
  Status Put(ByteView chunk) {
    if (next_ >= calls_max_) {
      return Exhausted("a sealed stream's key seals at most " + std::to_string(calls_max_) +
                       " chunks")
          .WithRemedy("split the dataset into more partitions");
    }
    const size_t head = next_ == 0 ? header_.size() : 0;
    out_.resize(head + chunk.size() + kTagBytes);
    std::copy_n(header_.begin(), head, out_.begin());
    keys_.cipher.SealInto(
        ChunkNonce(keys_.base_nonce, next_), {}, chunk, ByteSpan(out_).subspan(head));
    ++next_;
    return sink_(out_);
  }

  uint64_t calls_max_;
  Bytes header_;
  StreamKeys keys_;
  StreamSink sink_;
  SecretBytes held_;  // plaintext that waits for its chunk to fill
  size_t held_size_ = 0;
  uint64_t next_ = 0;
  bool finished_ = false;
  Bytes out_;
};

StreamSealer::StreamSealer(const SecretBytes& key,
                           Entropy& entropy,
                           ByteView context,
                           StreamSink sink,
                           uint64_t calls_max) {
  CHECK(key.size() == kStreamKeyBytes && calls_max <= kSealCallsMax);
  impl_ = std::make_unique<Impl>(key, entropy, context, std::move(sink), calls_max);
}
StreamSealer::StreamSealer(StreamSealer&& other) noexcept = default;
StreamSealer& StreamSealer::operator=(StreamSealer&& other) noexcept = default;
StreamSealer::~StreamSealer() = default;

Status StreamSealer::Append(ByteView plain) {
  return impl_->Append(plain);
}
Status StreamSealer::Finish() {
  return impl_->Finish();
}
uint64_t StreamSealer::calls() const {
  return impl_->calls();
}

Result<Bytes> SealStream(const SecretBytes& key,
                         Entropy& entropy,
                         ByteView context,
                         ByteView plain) {
  TRY(CheckKey(key));
  Bytes out;
  out.reserve(SealedStreamSize(plain.size()));
  StreamSealer sealer(key, entropy, context, [&out](ByteView bytes) {
    Append(out, bytes);
    return OkStatus();
  });
  TRY(sealer.Append(plain));
  TRY(sealer.Finish());
  return out;
}

// --- opening

class StreamOpener::Impl {
 public:
  explicit Impl(StreamKeys stream_keys) : keys(std::move(stream_keys)) {}

  Status ChunkInto(uint64_t k, ByteView sealed, ByteSpan out) const {
    const Status opened = keys.cipher.OpenInto(ChunkNonce(keys.base_nonce, k), {}, sealed, out);
    return opened.ok() ? opened : ChunkCorrupt(k);
  }

  StreamKeys keys;
};

StreamOpener::StreamOpener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamOpener::StreamOpener(StreamOpener&& other) noexcept = default;
StreamOpener& StreamOpener::operator=(StreamOpener&& other) noexcept = default;
StreamOpener::~StreamOpener() = default;

Result<StreamOpener> StreamOpener::Create(const SecretBytes& key,
                                          ByteView context,
                                          ByteView header) {
  TRY(CheckKey(key));
  if (header.size() != kStreamHeaderBytes) return Corrupt("a sealed stream's header has 56 bytes");
  StreamKeys keys = DeriveStreamKeys(key, header.first(kSaltBytes), context);
  if (!ConstantTimeEqual(keys.commitment, header.subspan(kSaltBytes))) {
    return Corrupt("a sealed stream belongs to another key or context");
  }
  return StreamOpener(std::make_unique<Impl>(std::move(keys)));
}

Result<Bytes> StreamOpener::Chunk(uint64_t k, ByteView sealed, bool last) const {
  const bool full = sealed.size() == kSealedChunkBytes;
  if (k >= kChunksMax || full == last || sealed.size() < kTagBytes ||
      sealed.size() > kSealedChunkBytes) {
    return ChunkCorrupt(k);
  }
  Bytes plain(sealed.size() - kTagBytes);
  TRY(impl_->ChunkInto(k, sealed, plain));
  return plain;
}

Status OpenStreamTo(const SecretBytes& key,
                    ByteView context,
                    ByteView sealed,
                    const StreamSink& sink) {
  TRY(PlainStreamSize(sealed.size()).status());
  ASSIGN_OR_RETURN(const StreamOpener opener,
                   StreamOpener::Create(key, context, sealed.first(kStreamHeaderBytes)));
  sealed = sealed.subspan(kStreamHeaderBytes);
  SecretBytes plain(kStreamChunkBytes);
  for (uint64_t k = 0; !sealed.empty(); ++k) {
    const ByteView chunk = sealed.first(std::min(sealed.size(), kSealedChunkBytes));
    const ByteSpan out = plain.ExposeSecretForWrite().first(chunk.size() - kTagBytes);
    TRY(opener.impl_->ChunkInto(k, chunk, out));
    TRY(sink(out));
    sealed = sealed.subspan(chunk.size());
  }
  return OkStatus();
}

Result<Bytes> OpenStream(const SecretBytes& key, ByteView context, ByteView sealed) {
  ASSIGN_OR_RETURN(const uint64_t size, PlainStreamSize(sealed.size()));
  ASSIGN_OR_RETURN(const StreamOpener opener,
                   StreamOpener::Create(key, context, sealed.first(kStreamHeaderBytes)));
  sealed = sealed.subspan(kStreamHeaderBytes);
  Bytes plain(size);
  ByteSpan out = plain;
  for (uint64_t k = 0; !sealed.empty(); ++k) {
    const ByteView chunk = sealed.first(std::min(sealed.size(), kSealedChunkBytes));
    const size_t bytes = chunk.size() - kTagBytes;
    if (Status opened = opener.impl_->ChunkInto(k, chunk, out.first(bytes)); !opened.ok()) {
      Wipe(plain.data(), plain.size());
      return opened;
    }
    out = out.subspan(bytes);
    sealed = sealed.subspan(chunk.size());
  }
  return plain;
}

}  // namespace signet::crypto
