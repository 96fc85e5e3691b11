#include "crypto/audit/subject_ref.h"

#include <algorithm>
#include <string>

#include "crypto/primitives/hmac.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kDomain = "signet subject_ref v1";

}  // namespace

EventNonce NewEventNonce(Entropy& entropy) {
  EventNonce nonce{};
  entropy.Fill(nonce);
  return nonce;
}

Result<EventNonce> EventNonceFromHex(std::string_view hex) {
  EventNonce nonce{};
  const Result<Bytes> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != nonce.size()) return Invalid("an event nonce has 32 digits");
  std::copy(bytes->begin(), bytes->end(), nonce.begin());
  return nonce;
}

std::string SubjectRef(const SecretBytes& log_key, const EventNonce& nonce) {
  Bytes message;
  AppendField(message, kDomain);
  Append(message, nonce);
  return ToHex(nonce) + "." + ToHex(HmacKey(log_key).Mac(message));
}

bool IsRefOf(const SecretBytes& log_key, std::string_view ref) {
  const Result<EventNonce> nonce = EventNonceFromHex(ref.substr(0, ref.find('.')));
  return nonce.ok() && ConstantTimeEqual(AsBytes(SubjectRef(log_key, *nonce)), AsBytes(ref));
}

}  // namespace signet::crypto
