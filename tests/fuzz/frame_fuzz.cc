// Frames from the wire: what decodes encodes again, and that decodes to the same bytes.
#include <cstdint>

#include "crypto/base/check.h"
#include "workers/protocol/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet::workers;  // NOLINT(google-build-using-namespace)
  const auto frame = DecodeFrame({data, size});
  if (!frame.ok()) return 0;
  const auto once = EncodeFrame(*frame);
  if (!once.ok()) return 0;  // a list that decodes may be over the writer's limit
  const auto again = DecodeFrame(*once);
  CHECK(again.ok());
  const auto twice = EncodeFrame(*again);
  CHECK(twice.ok() && *twice == *once);
  return 0;
}
