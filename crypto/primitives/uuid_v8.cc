#include "crypto/primitives/uuid_v8.h"

#include <algorithm>
#include <cstdint>

namespace signet::crypto {

Uuid UuidV8(const Digest& digest) {
  Uuid uuid{};
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0F) | 0x80);
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3F) | 0x80);
  return uuid;
}

}  // namespace signet::crypto
