// Receipts and Merkle proofs: no proof shows what is not in the tree.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/transparency/proof.h"
#include "crypto/transparency/receipt.h"

namespace {

using namespace signet;          // NOLINT(google-build-using-namespace)
using namespace signet::crypto;  // NOLINT(google-build-using-namespace)

/// Reads numbers and hashes off the input.
class Source {
 public:
  explicit Source(ByteView bytes) : reader_(bytes) {}
  uint64_t Number() {
    const auto number = reader_.U64();
    return number.ok() ? *number : 0;
  }
  Digest Hash() {
    Digest digest{};
    const auto bytes = reader_.Take(digest.size());
    if (bytes.ok()) std::copy(bytes->begin(), bytes->end(), digest.begin());
    return digest;
  }
  std::vector<Digest> Hashes() {
    std::vector<Digest> hashes;
    while (!reader_.empty() && hashes.size() < 70) {
      hashes.push_back(Hash());
      if (reader_.rest().size() < Digest().size()) break;
    }
    return hashes;
  }

 private:
  ByteReader reader_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteView bytes(data, size);
  if (const auto receipt = Receipt::FromText(AsText(bytes)); receipt.ok()) {
    const auto again = Receipt::FromText(receipt->Text());
    CHECK(again.ok() && again->index == receipt->index && again->hashes == receipt->hashes);
  }
  Source source(bytes);
  const uint64_t index = source.Number();
  const uint64_t tree_size = source.Number();
  const std::vector<Digest> proof = source.Hashes();
  // A root that is nobody's hash can be proved by nothing.
  Digest nowhere{};
  nowhere.fill(0x5A);
  const Digest leaf = TreeHasher().Leaf(AsBytes("leaf"));
  CHECK(!VerifyInclusion(index, tree_size, leaf, proof, nowhere).ok());
  if (index != tree_size) {
    CHECK(!VerifyConsistency(index, tree_size, leaf, nowhere, proof).ok() || index == 0);
  }
  return 0;
}
