#include "crypto/primitives/block_permutation.h"

#include "crypto/base/check.h"
#include "crypto/primitives/evp.h"

namespace signet::crypto {

using evp::Direction;

class BlockPermutation::Contexts {
 public:
  struct Pair {
    evp::CipherContext forward;
    evp::CipherContext back;
  };

  explicit Contexts(const SecretBytes& key)
      : key_(key.Clone()), pool([this] {
          return Pair{Keyed(Direction::kEncrypt), Keyed(Direction::kDecrypt)};
        }) {}

 private:
  [[nodiscard]] evp::CipherContext Keyed(Direction direction) const {
    return evp::KeyedContext(evp::Cipher("AES-256-ECB"), key_.ExposeSecret(), direction);
  }

  SecretBytes key_;

 public:
  evp::Pool<Pair> pool;
};

BlockPermutation::BlockPermutation(const SecretBytes& key) {
  CHECK(key.size() == kKeyBytes);
  contexts_ = std::make_unique<Contexts>(key);
}
BlockPermutation::BlockPermutation(BlockPermutation&& other) noexcept = default;
BlockPermutation& BlockPermutation::operator=(BlockPermutation&& other) noexcept = default;
BlockPermutation::~BlockPermutation() = default;

Uuid BlockPermutation::Forward(const Uuid& value) const {
  evp::Pool<Contexts::Pair>::Loan pair(contexts_->pool);
  Uuid out{};
  evp::Update(pair->forward.get(), out.data(), value, Direction::kEncrypt);
  return out;
}

Uuid BlockPermutation::Back(const Uuid& value) const {
  evp::Pool<Contexts::Pair>::Loan pair(contexts_->pool);
  Uuid out{};
  evp::Update(pair->back.get(), out.data(), value, Direction::kDecrypt);
  return out;
}

}  // namespace signet::crypto
