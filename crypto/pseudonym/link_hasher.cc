#include "crypto/pseudonym/link_hasher.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "crypto/base/bytes.h"

namespace signet::crypto {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kStackBytes = 192;

// The message: format(1) ‖ type(1) ‖ domain's size(4, big-endian) ‖ domain ‖ value. The value is
// the rest, so the message is unambiguous, and 49 bytes of domain and value fit one compression.
constexpr size_t kHeadBytes = 6;

/// The type's number in hashes; fixed for ever, unlike the enum's order.
uint8_t TypeByte(LinkType type) {
  switch (type) {
    case LinkType::kId:
      return 1;
    case LinkType::kEmail:
      return 2;
    case LinkType::kPhone:
      return 3;
    case LinkType::kCard:
      return 4;
    case LinkType::kCookie:
      return 5;
    case LinkType::kDevice:
      return 6;
  }
  return 0;
}

void Write(LinkType type, std::string_view domain, std::string_view value, uint8_t* out) {
  const auto size = static_cast<uint32_t>(domain.size());
  *out++ = kFormat;
  *out++ = TypeByte(type);
  for (const int shift : {24, 16, 8, 0}) *out++ = static_cast<uint8_t>(size >> shift);
  if (!domain.empty()) std::memcpy(out, domain.data(), domain.size());
  if (!value.empty()) std::memcpy(out + domain.size(), value.data(), value.size());
}

/// hash key(32) ‖ cover(32), or a hash key alone.
constexpr size_t kCoveredBytes = 64;

ByteView HashPart(const SecretBytes& key) {
  const ByteView all = key.ExposeSecret();
  return all.size() == kCoveredBytes ? all.first(kCoveredBytes / 2) : all;
}

ByteView CoverPart(const SecretBytes& key) {
  const ByteView all = key.ExposeSecret();
  return all.size() == kCoveredBytes ? all.last(kCoveredBytes / 2) : ByteView();
}

}  // namespace

LinkHasher::LinkHasher(const SecretBytes& link_key)
    : key_(SecretBytes::CopyOf(HashPart(link_key))), cover_(CoverPart(link_key)) {}

Uuid LinkHasher::Link(LinkType type,
                      std::string_view id_domain,
                      std::string_view normalised) const {
  const size_t size = kHeadBytes + id_domain.size() + normalised.size();
  if (size <= kStackBytes) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): hot, and its head is written below
    std::array<uint8_t, kStackBytes> message;
    Write(type, id_domain, normalised, message.data());
    return cover_.On(key_.MacUuid(ByteView(message).first(size)));
  }
  Bytes message(size);
  Write(type, id_domain, normalised, message.data());
  return cover_.On(key_.MacUuid(message));
}

}  // namespace signet::crypto
