// The verifier's scan of an entry against the general JSON reader: what the scan takes, the reader
// takes, with the same index.
#include <cstdint>

#include "crypto/base/check.h"
#include "crypto/base/json.h"
#include "crypto/transparency/entry_scan.h"
#include "crypto/transparency/tiles.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet;          // NOLINT(google-build-using-namespace)
  using namespace signet::crypto;  // NOLINT(google-build-using-namespace)
  const ByteView bytes(data, size);
  if (const auto index = IndexOfEntry(bytes); index.ok()) {
    const auto json = Json::Parse(AsText(bytes));
    // The reader's depth limit counts a little differently at its edge.
    if (json.ok()) CHECK((*json)["index"].AsInt(-1) == static_cast<int64_t>(*index));
  }
  if (const auto entries = SplitBundle(bytes); entries.ok()) {
    Bytes again;
    for (const ByteView entry : *entries) AppendBundleEntry(again, entry);
    CHECK(again == Bytes(bytes.begin(), bytes.end()));
  }
  return 0;
}
