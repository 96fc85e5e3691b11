#include "crypto/pseudonym/suppression_hasher.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/base/bytes.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kPrefix = "signet/suppression/v1";

}  // namespace

SuppressionHasher::SuppressionHasher(const SecretBytes& suppression_key) : key_(suppression_key) {}

Uuid SuppressionHasher::Of(const Uuid& link_value) const {
  std::array<uint8_t, kPrefix.size() + sizeof(Uuid)> message{};
  const auto rest = std::copy(kPrefix.begin(), kPrefix.end(), message.begin());
  std::copy(link_value.begin(), link_value.end(), rest);
  return key_.MacUuid(message);
}

}  // namespace signet::crypto
