#include "crypto/transparency/tree_hasher.h"

#include <array>

namespace signet::crypto {
namespace {

constexpr std::array<uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<uint8_t, 1> kNodePrefix = {0x01};

}  // namespace

Digest TreeHasher::Leaf(ByteView entry) {
  sha_.Update(kLeafPrefix);
  sha_.Update(entry);
  return sha_.Finish();
}

Digest TreeHasher::Node(const Digest& left, const Digest& right) {
  sha_.Update(kNodePrefix);
  sha_.Update(left);
  sha_.Update(right);
  return sha_.Finish();
}

Digest TreeHasher::EmptyRoot() {
  return Sha256::Of({});
}

}  // namespace signet::crypto
