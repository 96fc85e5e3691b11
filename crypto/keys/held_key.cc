#include "crypto/keys/held_key.h"

#include <string_view>

#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kSalt = "signet/keys";

}  // namespace

Result<SecretBytes> SoftKey::Derive(ByteView info) const {
  return HkdfSha256(key_, AsBytes(kSalt), info, 32);
}

}  // namespace signet::crypto
