/// Padding of whole streams, so that a ciphertext's length tells a bucket and not the number of
/// rows.
///
///   padded = content ‖ 80 ‖ 00 ... (ISO/IEC 9797-1, method 2), to the bucket of its length: 4,096
///   bytes, above that the next size whose binary form ends in zeros (Padme: Nikitin, Barman,
///   Lueks, Underwood, Hubaux and Ford, PETS 2019, section 4): at most 12 % more, and of n bytes
///   log log n bits are told
#pragma once

#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "crypto/primitives/sealed_stream.h"

namespace signet::crypto {

/// The size to which `content` bytes and their end mark are padded.
uint64_t PaddedSize(uint64_t content);
/// The padding behind `content` bytes, into `sink` in pieces.
Status AppendPadding(uint64_t content, const StreamSink& sink);

/// Takes padded bytes in pieces and passes on the content. The end is known at the end alone, so
/// zeros and marks wait until something follows them.
class PaddingRemover {
 public:
  /// `sink` must outlive the remover.
  explicit PaddingRemover(const StreamSink& sink) : sink_(sink) {}
  Status Take(ByteView bytes);
  /// kCorrupt unless what was held back is a mark, zeros, and all of the bucket's padding; `before`
  /// bytes of content came before those that were taken.
  [[nodiscard]] Status Finish(uint64_t before = 0) const;

 private:
  /// Passes on what turned out to be content.
  Status Release();

  const StreamSink& sink_;
  bool mark_ = false;    ///< 80 is held back
  uint64_t zeros_ = 0;   ///< and so many 00 behind it (or, without a mark, alone)
  uint64_t passed_ = 0;  ///< bytes of content
};

/// The same for bytes in one piece: how many of them are content.
Result<uint64_t> ContentSize(ByteView padded);

}  // namespace signet::crypto
