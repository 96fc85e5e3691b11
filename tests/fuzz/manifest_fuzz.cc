// Snapshot manifests and members: what is read is written alike.
#include <cstdint>

#include "crypto/base/check.h"
#include "crypto/base/json.h"
#include "pipelines/snapshots/manifest.h"
#include "pipelines/snapshots/members.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace signet;             // NOLINT(google-build-using-namespace)
  using namespace signet::pipelines;  // NOLINT(google-build-using-namespace)
  const ByteView bytes(data, size);
  uint64_t members = 0;
  const Status scanned = ScanMembers(bytes, [&members](const MemberView&) {
    ++members;
    return OkStatus();
  });
  if (scanned.ok()) CHECK(members <= size);
  const auto json = Json::Parse(AsText(bytes));
  if (!json.ok()) return 0;
  const auto manifest = SnapshotManifest::FromJson(*json);
  if (!manifest.ok()) return 0;
  const auto again = SnapshotManifest::FromJson(manifest->ToJson());
  CHECK(again.ok());
  CHECK(again->Canonical() == manifest->Canonical());
  return 0;
}
