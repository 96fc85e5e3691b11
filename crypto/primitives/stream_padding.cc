#include "crypto/primitives/stream_padding.h"

#include <algorithm>
#include <array>
#include <bit>

namespace signet::crypto {
namespace {

constexpr uint64_t kBucketMin = 4'096;
constexpr uint8_t kMark = 0x80;

Status NotPadded() {
  return Corrupt("a sealed stream is not padded as ours are");
}

}  // namespace

uint64_t PaddedSize(uint64_t content) {
  const uint64_t least = content + 1;
  if (least <= kBucketMin) return kBucketMin;
  const auto exponent = static_cast<unsigned>(std::bit_width(least)) - 1;
  const auto kept = static_cast<unsigned>(std::bit_width(exponent));
  const uint64_t step = uint64_t{1} << (exponent - kept);
  return (least + step - 1) / step * step;
}

Status AppendPadding(uint64_t content, const StreamSink& sink) {
  std::array<uint8_t, kBucketMin> zeros{};
  zeros[0] = kMark;
  uint64_t left = PaddedSize(content) - content;
  while (left > 0) {
    const uint64_t n = std::min<uint64_t>(left, zeros.size());
    TRY(sink(ByteView(zeros).first(n)));
    zeros[0] = 0;
    left -= n;
  }
  return OkStatus();
}

Status PaddingRemover::Release() {
  if (mark_) {
    const std::array<uint8_t, 1> mark = {kMark};
    TRY(sink_(mark));
    ++passed_;
  }
  const std::array<uint8_t, 256> zeros{};
  while (zeros_ > 0) {
    const uint64_t n = std::min<uint64_t>(zeros_, zeros.size());
    TRY(sink_(ByteView(zeros).first(n)));
    passed_ += n;
    zeros_ -= n;
  }
  mark_ = false;
  return OkStatus();
}

Status PaddingRemover::Take(ByteView bytes) {
  // What may be the end: 80 and zeros behind it, or zeros alone.
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](uint8_t b) { return b != 0; });
  if (last == bytes.rend()) {
    zeros_ += bytes.size();
    return OkStatus();
  }
  TRY(Release());
  const auto zeros = static_cast<uint64_t>(last - bytes.rbegin());
  ByteView content = bytes.first(bytes.size() - zeros);
  mark_ = content.back() == kMark;
  if (mark_) content = content.first(content.size() - 1);
  zeros_ = zeros;
  passed_ += content.size();
  return content.empty() ? OkStatus() : sink_(content);
}

Status PaddingRemover::Finish(uint64_t before) const {
  const uint64_t content = before + passed_;
  if (!mark_ || content + 1 + zeros_ != PaddedSize(content)) return NotPadded();
  return OkStatus();
}

Result<uint64_t> ContentSize(ByteView padded) {
  const auto last = std::find_if(padded.rbegin(), padded.rend(), [](uint8_t b) { return b != 0; });
  if (last == padded.rend() || *last != kMark) return NotPadded();
  const auto behind = static_cast<uint64_t>(last - padded.rbegin()) + 1;
  const uint64_t content = padded.size() - behind;
  if (PaddedSize(content) != padded.size()) return NotPadded();
  return content;
}

}  // namespace signet::crypto
