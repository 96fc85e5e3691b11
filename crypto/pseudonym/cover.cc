#include "crypto/pseudonym/cover.h"

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

constexpr size_t kKey = BlockPermutation::kKeyBytes;

ByteView Before(const SecretBytes& keys) {
  CHECK(keys.size() == kKey || keys.size() == 2 * kKey);
  return keys.ExposeSecret().first(keys.size() - kKey);
}

}  // namespace

Cover::Cover(ByteView key) {
  if (!key.empty()) cipher_.emplace(SecretBytes::CopyOf(key));
}

CoverChange::CoverChange(const SecretBytes& keys)
    : before_(Before(keys)), next_(keys.ExposeSecret().last(kKey)) {}

}  // namespace signet::crypto
