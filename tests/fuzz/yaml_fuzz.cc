// The strict YAML reader: whatever it takes is within its limits, and nothing takes it down.
#include <cstdint>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/check.h"
#include "policies/document/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet::policies;  // NOLINT(google-build-using-namespace)
  const std::string_view text = signet::AsText({data, size});
  const auto read = ReadDocumentText("fuzz.yaml", text);
  if (read.ok()) CHECK(size <= kDocumentBytesMax);
  // What is refused says why, and a message is what a terminal may show.
  if (!read.ok()) CHECK(!read.status().message().empty());
  return 0;
}
