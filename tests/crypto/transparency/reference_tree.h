/// RFC 6962 section 2.1 as written there: slow, recursive, the judge of the fast forms.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crypto/primitives/ed25519.h"
#include "crypto/transparency/log_verifier.h"
#include "crypto/transparency/proof.h"

namespace signet::crypto::testing_tree {

/// A key made of 32 equal bytes.
Ed25519PrivateKey KeyOf(uint8_t fill);
/// {"index":i,"type":"test"}
std::string EntryAt(uint64_t index);

class ReferenceTree {
 public:
  explicit ReferenceTree(uint64_t size);
  explicit ReferenceTree(std::vector<Digest> leaves) : leaves_(std::move(leaves)) {}

  /// MTH(D[begin:end)).
  [[nodiscard]] Digest Root(uint64_t begin, uint64_t end) const;
  [[nodiscard]] Digest Root(uint64_t end) const { return Root(0, end); }
  /// PATH(index, D[begin:end)).
  [[nodiscard]] std::vector<Digest> Path(uint64_t index, uint64_t begin, uint64_t end) const;
  [[nodiscard]] const Digest& leaf(uint64_t index) const { return leaves_[index]; }
  [[nodiscard]] NodeSource Nodes() const;

 private:
  std::vector<Digest> leaves_;
};

/// A log in memory with the files that C2SP tlog-tiles asks for.
std::map<std::string, Bytes> LogFiles(uint64_t size,
                                      const Ed25519PrivateKey& key,
                                      const std::string& origin);
/// The note of a checkpoint over the first `size` test entries.
std::string NoteAt(uint64_t size, const Ed25519PrivateKey& key, const std::string& origin);
void WriteLog(const std::map<std::string, Bytes>& files, const std::filesystem::path& folder);

}  // namespace signet::crypto::testing_tree
