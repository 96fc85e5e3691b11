/// HeldKey: a key that custody holds; it makes other keys and need not be able to leave.
#pragma once

#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// One method, so that a token which never shows its keys can stand behind it.
class HeldKey {
 public:
  HeldKey() = default;
  HeldKey(const HeldKey&) = delete;
  HeldKey& operator=(const HeldKey&) = delete;
  virtual ~HeldKey() = default;

  /// 32 bytes that only this key makes of `info`; the same again for the same `info`. Callers make
  /// `info` unambiguous (AppendField). kUnavailable when the token that holds the key is gone.
  [[nodiscard]] virtual Result<SecretBytes> Derive(ByteView info) const = 0;
};

/// A key in this process' memory: HKDF-SHA-256(key, salt "signet/keys", info), 32 bytes.
class SoftKey final : public HeldKey {
 public:
  explicit SoftKey(SecretBytes key) : key_(std::move(key)) {}
  [[nodiscard]] Result<SecretBytes> Derive(ByteView info) const override;

 private:
  SecretBytes key_;
};

}  // namespace signet::crypto
