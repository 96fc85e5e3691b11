/// Sealed streams: C2SP `chunked-encryption` with SHA-512 and AES-256-GCM, to the byte.
///
///   salt(24) ‖ commitment(32) ‖ chunk 0 ‖ chunk 1 ‖ ... ‖ last chunk
///   key(32) ‖ base_nonce(12) ‖ commitment(32) = HKDF-Expand-SHA-512(input key,
///       "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" ‖ 0x00 ‖ salt ‖ context)
///   chunk k = AES-256-GCM(key, base_nonce XOR k, 16,384 bytes of plaintext), tag behind; the last
///       chunk is always shorter than 16,384 bytes and may be empty
///
/// Guaranteed: what opens was sealed under this key and context, whole and in order; no second key
/// opens it (the commitment). Not guaranteed: hiding the length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

inline constexpr size_t kStreamKeyBytes = 32;
inline constexpr size_t kStreamHeaderBytes = 56;
inline constexpr size_t kStreamChunkBytes = 16384;
inline constexpr size_t kSealedChunkBytes = kStreamChunkBytes + 16;
/// A stream's key seals at most so many chunks, one below 2^32 (NIST SP 800-38D section 8.3),
/// though the construction would allow 2^38: 64 TiB.
inline constexpr uint64_t kSealCallsMax = (uint64_t{1} << 32) - 1;

/// Receives sealed or opened bytes in order; a status that is not ok ends the work.
using StreamSink = std::function<Status(ByteView)>;

/// The sealed size of `plain` bytes.
uint64_t SealedStreamSize(uint64_t plain);
/// The plain size of a sealed stream of `sealed` bytes; kCorrupt for a size that no stream has.
Result<uint64_t> PlainStreamSize(uint64_t sealed);

/// Seals `plain` whole. `key` has 32 uniformly random bytes (kInvalid otherwise); `context` is
/// authenticated, not stored. `entropy` gives the salt.
Result<Bytes> SealStream(const SecretBytes& key,
                         Entropy& entropy,
                         ByteView context,
                         ByteView plain);

/// Opens a whole stream. kCorrupt for a wrong key or context, any change, truncation at any byte or
/// bytes appended; then nothing is released.
Result<Bytes> OpenStream(const SecretBytes& key, ByteView context, ByteView sealed);

/// As OpenStream, chunk by chunk into `sink` (a memory file), without a second copy. The sink sees
/// authentic chunks only, yet it must drop them unless the result is ok: a cut is known at the end.
Status OpenStreamTo(const SecretBytes& key,
                    ByteView context,
                    ByteView sealed,
                    const StreamSink& sink);

/// Seals in pieces: Append any number of times, then Finish once. Not safe between threads.
class StreamSealer {
 public:
  /// `sink` gets the header with the first output. A key that has not 32 bytes is a CHECK.
  /// `calls_max` is lowered by tests alone.
  StreamSealer(const SecretBytes& key,
               Entropy& entropy,
               ByteView context,
               StreamSink sink,
               uint64_t calls_max = kSealCallsMax);
  StreamSealer(StreamSealer&& other) noexcept;
  StreamSealer& operator=(StreamSealer&& other) noexcept;
  ~StreamSealer();
  StreamSealer(const StreamSealer&) = delete;
  StreamSealer& operator=(const StreamSealer&) = delete;

  /// The sink's status; kExhausted at the chunk that the key must not seal any more: nothing of it
  /// reaches the sink. After a failure only destruction is left.
  Status Append(ByteView plain);
  /// Writes the last chunk. Without it the stream does not open.
  Status Finish();
  /// How often the stream's key was used to seal.
  [[nodiscard]] uint64_t calls() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Opens chunks in any order. Safe to share between threads.
class StreamOpener {
 public:
  /// Checks the commitment (in constant time): kCorrupt for a wrong key or context. `header` is the
  /// first 56 bytes of the stream.
  static Result<StreamOpener> Create(const SecretBytes& key, ByteView context, ByteView header);
  StreamOpener(StreamOpener&& other) noexcept;
  StreamOpener& operator=(StreamOpener&& other) noexcept;
  ~StreamOpener();
  StreamOpener(const StreamOpener&) = delete;
  StreamOpener& operator=(const StreamOpener&) = delete;

  /// Opens chunk `k`, which starts at byte 56 + k * 16,400 of the stream. `last` says whether the
  /// stream ends with it: the caller knows from the stream's size, and a last chunk that is full,
  /// or another that is not, is kCorrupt.
  [[nodiscard]] Result<Bytes> Chunk(uint64_t k, ByteView sealed, bool last) const;

 private:
  class Impl;
  explicit StreamOpener(std::unique_ptr<Impl> impl);
  friend Status OpenStreamTo(const SecretBytes&, ByteView, ByteView, const StreamSink&);
  friend Result<Bytes> OpenStream(const SecretBytes&, ByteView, ByteView);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::crypto
