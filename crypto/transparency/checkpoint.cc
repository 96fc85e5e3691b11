#include "crypto/transparency/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "crypto/transparency/decimal.h"

namespace signet::crypto {
namespace {

/// Takes one line off `text`; false when there is none.
bool TakeLine(std::string_view& text, std::string_view& line) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

Status NotACheckpoint(const std::string& what) {
  return Invalid("not a checkpoint: " + what);
}

}  // namespace

std::string Checkpoint::Text() const {
  return origin + "\n" + std::to_string(size) + "\n" + ToBase64(root) + "\n";
}

Result<Checkpoint> Checkpoint::FromText(std::string_view text) {
  std::string_view origin;
  std::string_view size;
  std::string_view root;
  if (!TakeLine(text, origin) || !TakeLine(text, size) || !TakeLine(text, root)) {
    return NotACheckpoint("fewer than three lines");
  }
  if (origin.empty()) return NotACheckpoint("its origin is empty");
  Checkpoint checkpoint;
  checkpoint.origin = std::string(origin);
  const std::optional<uint64_t> value = DecimalFromText(size);
  if (!value.has_value()) return NotACheckpoint("its size is not a decimal number");
  checkpoint.size = *value;
  const Result<Bytes> hash = FromBase64(root);
  if (!hash.ok() || hash->size() != checkpoint.root.size()) {
    return NotACheckpoint("its root is not base64 of 32 bytes");
  }
  std::copy(hash->begin(), hash->end(), checkpoint.root.begin());
  return checkpoint;
}

Result<Checkpoint> OpenCheckpoint(std::string_view note, const VerifierKey& key) {
  ASSIGN_OR_RETURN(const SignedNote parsed, SignedNote::FromText(note));
  TRY(VerifyNote(parsed, key));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::FromText(parsed.text));
  if (checkpoint.origin != key.name()) {
    return Corrupt("the checkpoint is of the log " + checkpoint.origin + ", not of " + key.name());
  }
  return checkpoint;
}

}  // namespace signet::crypto
