#include "pipelines/govern/cell_sealer.h"

#include <algorithm>
#include <array>

#include "crypto/primitives/hkdf.h"

namespace signet::pipelines {
namespace {

constexpr std::string_view kEscrowFormat = "signet/escrow/v2";
constexpr std::string_view kEncryptFormat = "signet/encrypt/v2";

SecretBytes SivKey(const SecretBytes& key) {
  Bytes info;
  AppendField(info, "signet/cell/v1");
  // Expand alone: the key is uniformly random (RFC 5869 section 3.3); one block of SHA-512.
  return crypto::HkdfExpandSha512(key, info, crypto::Aes256Siv::kKeyBytes);
}

constexpr size_t kBucketMin = 32;
constexpr size_t kBucketMax = 4096;
constexpr uint8_t kEndMark = 0x80;

/// The size to which a text and its end mark are padded.
size_t BucketOf(size_t text) {
  const size_t least = text + 1;
  if (least > kBucketMax) return (least + kBucketMax - 1) / kBucketMax * kBucketMax;
  size_t bucket = kBucketMin;
  while (bucket < least) bucket *= 2;
  return bucket;
}

/// A text padded to its bucket; wiped at the end.
class Padded {
 public:
  // Clearing the room first would cost as much as filling it, and it is filled here.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  explicit Padded(std::string_view text) : size_(BucketOf(text.size())) {
    if (size_ > small_.size()) large_.resize(size_);
    const ByteSpan bytes = size_ > small_.size() ? ByteSpan(large_) : ByteSpan(small_);
    std::copy(text.begin(), text.end(), bytes.begin());
    bytes[text.size()] = kEndMark;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(text.size() + 1),
              bytes.begin() + static_cast<std::ptrdiff_t>(size_),
              uint8_t{0});
    bytes_ = bytes.first(size_);
  }
  ~Padded() { Wipe(bytes_.data(), bytes_.size()); }
  Padded(const Padded&) = delete;
  Padded& operator=(const Padded&) = delete;

  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  size_t size_;
  std::array<uint8_t, 256> small_;
  Bytes large_;
  ByteSpan bytes_;
};

Result<std::string> TextOf(Result<Bytes> opened) {
  if (!opened.ok()) return opened.status().WithContext("a sealed cell");
  const auto mark =
      std::find_if(opened->rbegin(), opened->rend(), [](uint8_t byte) { return byte != 0; });
  const bool padded = mark != opened->rend() && *mark == kEndMark;
  std::string text;
  if (padded) text.assign(opened->begin(), mark.base() - 1);
  const bool sized = opened->size() == BucketOf(text.size());
  Wipe(opened->data(), opened->size());
  // Authentic, yet not as we seal: a cell of another format under the same key.
  if (!padded || !sized) return Corrupt("a sealed cell is not padded as cells are");
  return text;
}

}  // namespace

CellSealer::CellSealer(const SecretBytes& key) : siv_(SivKey(key)) {}

void CellSealer::Rekey(const SecretBytes& key) {
  siv_.Rekey(SivKey(key));
}

Bytes CellSealer::SealEscrow(std::string_view column,
                             const SubjectId& subject,
                             std::string_view text) const {
  return siv_.Seal({AsBytes(kEscrowFormat), AsBytes(column), ByteView(subject.value)},
                   Padded(text).bytes());
}

Result<std::string> CellSealer::OpenEscrow(std::string_view column,
                                           const SubjectId& subject,
                                           ByteView cell) const {
  return TextOf(
      siv_.Open({AsBytes(kEscrowFormat), AsBytes(column), ByteView(subject.value)}, cell));
}

Bytes CellSealer::SealEncrypted(std::string_view column, std::string_view text) const {
  return siv_.Seal({AsBytes(kEncryptFormat), AsBytes(column)}, Padded(text).bytes());
}

Result<std::string> CellSealer::OpenEncrypted(std::string_view column, ByteView cell) const {
  return TextOf(siv_.Open({AsBytes(kEncryptFormat), AsBytes(column)}, cell));
}

}  // namespace signet::pipelines
