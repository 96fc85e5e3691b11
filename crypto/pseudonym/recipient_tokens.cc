#include "crypto/pseudonym/recipient_tokens.h"

#include "crypto/base/bytes.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/uuid_v8.h"

namespace signet::crypto {
namespace {

SecretBytes EpochKey(const SecretBytes& recipient_key, uint32_t token_epoch) {
  Bytes info;
  AppendField(info, "signet/recipient-token/v1");
  AppendU32(info, token_epoch);
  return HkdfSha256(recipient_key, AsBytes("signet/token"), info, 32);
}

}  // namespace

RecipientTokens::RecipientTokens(const SecretBytes& recipient_key, uint32_t token_epoch)
    : key_(EpochKey(recipient_key, token_epoch)) {}

Uuid RecipientTokens::Token(const SubjectId& subject) const {
  return UuidV8(key_.Mac(subject.value));
}

}  // namespace signet::crypto
