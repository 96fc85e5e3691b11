#include "crypto/pseudonym/suppression_hasher.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/base/bytes.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kPrefix = "signet/suppression/v1";

constexpr size_t kPartBytes = 32;
/// hash key(32) ‖ cover of links(32) ‖ cover of the list(32), or a hash key alone.
constexpr size_t kCoveredBytes = 3 * kPartBytes;

/// The hash key (0) or a cover (1, 2), which may be none.
ByteView Part(const SecretBytes& key, size_t part) {
  const ByteView all = key.ExposeSecret();
  if (all.size() == kCoveredBytes) return all.subspan(part * kPartBytes, kPartBytes);
  return part == 0 ? all : ByteView();
}

}  // namespace

SuppressionHasher::SuppressionHasher(const SecretBytes& suppression_key)
    : key_(SecretBytes::CopyOf(Part(suppression_key, 0))),
      links_(Part(suppression_key, 1)),
      list_(Part(suppression_key, 2)) {}

Uuid SuppressionHasher::Of(const Uuid& link_value) const {
  std::array<uint8_t, kPrefix.size() + sizeof(Uuid)> message{};
  const auto rest = std::copy(kPrefix.begin(), kPrefix.end(), message.begin());
  const Uuid bare = links_.Off(link_value);
  std::copy(bare.begin(), bare.end(), rest);
  return list_.On(key_.MacUuid(message));
}

}  // namespace signet::crypto
