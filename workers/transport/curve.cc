#include "workers/transport/curve.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <zmq.h>

namespace signet::workers {

namespace {

constexpr size_t kZ85Chars = 41;  // 40 and the NUL

Status NoCurve() {
  return Internal("libzmq was built without CURVE").WithRemedy("install Debian's libzmq5");
}

}  // namespace

std::string CurvePublicKey::Text() const {
  char text[kZ85Chars];
  CHECK(zmq_z85_encode(text, bytes.data(), bytes.size()) != nullptr);
  return text;
}

Result<CurvePublicKey> CurvePublicKey::FromText(std::string_view z85) {
  if (z85.size() != kZ85Chars - 1) return Invalid("a CURVE public key has 40 characters of Z85");
  // libzmq 4.3.4 accepts some texts beyond 2^32 per group: only what encodes back is a key.
  const std::string text(z85);
  CurvePublicKey key;
  if (zmq_z85_decode(key.bytes.data(), text.c_str()) == nullptr || key.Text() != text) {
    return Invalid("a CURVE public key holds characters that are not Z85");
  }
  return key;
}

Result<CurveKeyPair> CurveKeyPair::Generate() {
  char public_text[kZ85Chars];
  char secret_text[kZ85Chars];
  if (zmq_curve_keypair(public_text, secret_text) != 0) return NoCurve();
  CurveKeyPair pair;
  pair.secret_key = SecretBytes(32);
  const bool decoded =
      zmq_z85_decode(pair.public_key.bytes.data(), public_text) != nullptr &&
      zmq_z85_decode(pair.secret_key.ExposeSecretForWrite().data(), secret_text) != nullptr;
  Wipe(secret_text, sizeof secret_text);
  CHECK(decoded);
  return pair;
}

Result<CurveKeyPair> CurveKeyPair::FromSecret(SecretBytes secret) {
  if (secret.size() != 32) return Invalid("a CURVE secret key has 32 bytes");
  char secret_text[kZ85Chars];
  char public_text[kZ85Chars];
  CHECK(zmq_z85_encode(secret_text, secret.ExposeSecret().data(), secret.size()) != nullptr);
  const int derived = zmq_curve_public(public_text, secret_text);
  Wipe(secret_text, sizeof secret_text);
  if (derived != 0) return NoCurve();
  CurveKeyPair pair;
  CHECK(zmq_z85_decode(pair.public_key.bytes.data(), public_text) != nullptr);
  pair.secret_key = std::move(secret);
  return pair;
}

}  // namespace signet::workers
