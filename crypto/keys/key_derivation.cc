#include "crypto/keys/key_derivation.h"

#include "crypto/base/bytes.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kSalt = "signet/keys";

}  // namespace

std::string_view KeyUseName(KeyUse use) {
  switch (use) {
    case KeyUse::kLink:
      return "link";
    case KeyUse::kSuppression:
      return "suppression";
    case KeyUse::kDigest:
      return "digest";
    case KeyUse::kRecipient:
      return "recipient";
    case KeyUse::kLog:
      return "log";
    case KeyUse::kStore:
      return "store";
    case KeyUse::kServe:
      return "serve";
  }
  return "";
}

SecretBytes DeriveKey(const SecretBytes& base, KeyUse use, std::string_view context) {
  Bytes info;
  AppendField(info, "signet/key/v1");
  AppendField(info, KeyUseName(use));
  AppendField(info, context);
  return HkdfSha256(base, AsBytes(kSalt), info, 32);
}

Bytes RootCheck(const SecretBytes& base) {
  Bytes info;
  AppendField(info, "signet/root-check/v1");
  const SecretBytes check = HkdfSha256(base, AsBytes(kSalt), info, 16);
  return Bytes(check.ExposeSecret().begin(), check.ExposeSecret().end());
}

Result<SecretBytes> DekWrappingKey(const HeldKey& kek, ByteView binding) {
  Bytes info;
  AppendField(info, "signet/dek-wrap/v1");
  AppendField(info, binding);
  return kek.Derive(info);
}

}  // namespace signet::crypto
