#include "crypto/transparency/receipt.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/text.h"
#include "crypto/transparency/decimal.h"
#include "crypto/transparency/proof.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
/// A path in a tree of 2^64 leaves.
constexpr size_t kHashesMax = 64;

Status NotAReceipt(const std::string& what) {
  return Invalid("not a tlog-proof: " + what);
}

}  // namespace

std::string Receipt::Text() const {
  std::string text =
      std::string(kHeader) + "\n" + std::string(kIndex) + std::to_string(index) + "\n";
  for (const Digest& hash : hashes) text += ToBase64(hash) + "\n";
  return text + "\n" + checkpoint;
}

Result<Receipt> Receipt::FromText(std::string_view text) {
  const size_t gap = text.find("\n\n");
  if (gap == std::string_view::npos) return NotAReceipt("no empty line before the checkpoint");
  const std::vector<std::string> lines = Split(text.substr(0, gap), '\n');
  size_t next = 0;
  if (lines[next++] != kHeader) return NotAReceipt("its first line is not " + std::string(kHeader));
  if (next < lines.size() && lines[next].starts_with(kExtra)) ++next;
  if (next == lines.size() || !lines[next].starts_with(kIndex)) return NotAReceipt("no index line");
  const std::optional<uint64_t> index =
      DecimalFromText(std::string_view(lines[next++]).substr(kIndex.size()));
  if (!index.has_value()) return NotAReceipt("its index is not a decimal number");
  Receipt receipt;
  receipt.index = *index;
  for (; next < lines.size(); ++next) {
    const Result<Bytes> hash = FromBase64(lines[next]);
    Digest digest{};
    if (!hash.ok() || hash->size() != digest.size() || receipt.hashes.size() == kHashesMax) {
      return NotAReceipt("a hash line is not base64 of 32 bytes");
    }
    std::copy(hash->begin(), hash->end(), digest.begin());
    receipt.hashes.push_back(digest);
  }
  receipt.checkpoint = std::string(text.substr(gap + 2));
  return receipt;
}

Result<Checkpoint> VerifyReceipt(const Receipt& receipt, ByteView entry, const VerifierKey& key) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(receipt.checkpoint, key));
  TreeHasher hasher;
  TRY(VerifyInclusion(
      receipt.index, checkpoint.size, hasher.Leaf(entry), receipt.hashes, checkpoint.root));
  return checkpoint;
}

}  // namespace signet::crypto
