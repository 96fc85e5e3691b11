/// Pkcs11Custody: custody inside a token: root and KEK generations never leave it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keys/custody.h"
#include "crypto/keys/pkcs11_token.h"

namespace signet::crypto {

/// In the token, under labels that begin with `object` (one name per state):
///
///   object/root, object/kek/<n>    keys that the token made, sensitive and never extractable
///   object/current/<n>             note: the highest generation activated
///   object/destroyed/<n>           note: when it was destroyed, as text
///
/// A key derives by HKDF-Expand-SHA-256 (RFC 5869 section 2.3; the key is uniformly random) of one
/// block, HMAC(key, info ‖ 0x01), computed in the token. A DEK is therefore wrapped under a key
/// that only the KEK in the token makes, once for each DEK; the KEK itself is not in this process,
/// and after its destruction nowhere. Not guaranteed: what the token's maker promises of its
/// storage and of copies that its owner makes.
class Pkcs11Custody final : public Custody {
 public:
  /// kNotFound when the token has no such root and `make_root` is false; kInvalid when the root
  /// could leave the token; kCorrupt when it is missing beside KEKs. `token` is shared with the
  /// keys that Kek() returns.
  static Result<std::unique_ptr<Pkcs11Custody>> Open(std::shared_ptr<Pkcs11Token> token,
                                                     const std::string& object,
                                                     bool make_root);

  [[nodiscard]] std::string Describe() const override;
  Result<SecretBytes> BaseKey() override;
  Result<std::unique_ptr<HeldKey>> Kek(uint32_t generation) override;
  /// `entropy` is not used: the token makes its own keys.
  Result<uint32_t> NewKek(Entropy& entropy) override;
  Status ActivateKek(uint32_t generation) override;
  Result<uint32_t> CurrentKek() override;
  Status DestroyKek(uint32_t generation, Timestamp now) override;
  Result<std::optional<Timestamp>> DestroyedAt(uint32_t generation) override;
  Result<uint32_t> NewestKek() override;

 private:
  Pkcs11Custody(std::shared_ptr<Pkcs11Token> token, std::string object)
      : token_(std::move(token)), object_(std::move(object)) {}

  [[nodiscard]] std::string Label(const char* kind, uint32_t generation) const;
  /// The generations in labels "object/<kind>/<n>".
  [[nodiscard]] std::vector<uint32_t> Numbers(const char* kind,
                                              const std::vector<std::string>& labels) const;
  Result<std::vector<uint32_t>> Keks();
  Result<std::vector<uint32_t>> Noted(const char* kind);
  Status FinishDestructions();

  std::shared_ptr<Pkcs11Token> token_;
  std::string object_;
};

}  // namespace signet::crypto
