// Sealed streams: nothing opens but what was sealed under this key and context.
#include <cstdint>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "crypto/primitives/sealed_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet;          // NOLINT(google-build-using-namespace)
  using namespace signet::crypto;  // NOLINT(google-build-using-namespace)
  const ByteView bytes(data, size);
  static const SecretBytes kKey = SecretBytes::CopyOf(Bytes(kStreamKeyBytes, 7));
  CHECK(!OpenStream(kKey, {}, bytes).ok());
  // The input as plaintext: it comes back, and not after the change that it names itself.
  SeededEntropy entropy(size);
  Bytes sealed = SealStream(kKey, entropy, {}, bytes).value();
  const auto opened = OpenStream(kKey, {}, sealed);
  CHECK(opened.ok() && *opened == Bytes(bytes.begin(), bytes.end()));
  if (size < 3) return 0;
  const size_t at = (size_t{data[0]} << 8U | data[1]) % sealed.size();
  const auto flip = static_cast<uint8_t>(data[2] | 1U);
  sealed[at] = static_cast<uint8_t>(sealed[at] ^ flip);
  CHECK(!OpenStream(kKey, {}, sealed).ok());
  sealed[at] = static_cast<uint8_t>(sealed[at] ^ flip);
  sealed.resize(at);
  CHECK(!OpenStream(kKey, {}, sealed).ok());
  return 0;
}
