/// The vectors of Debian's python3-cryptography-vectors (NIST CAVP and RFCs): every one is run or
/// counted as not offered.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "crypto/base/bytes.h"

namespace signet::crypto::vector_testing {

/// One vector: its fields, with the attributes of its section ("[Taglen = 128]") among them. A word
/// without '=' is a field without value ("FAIL").
using Vector = std::map<std::string, std::string>;

enum class Verdict {
  kPassed,
  kFailed,
  kNotOffered,  ///< what Signet does not do: other tag lengths, other ciphers
};

/// What became of one file's vectors.
struct VectorCount {
  int64_t valid = 0;
  int64_t invalid = 0;  ///< vectors that must be refused, and were
  int64_t not_offered = 0;
  int64_t failed = 0;
};

/// The folder of the vectors; empty when the package is not installed.
std::filesystem::path VectorFolder();

/// Bytes of a field; none for an absent or empty one.
Bytes Field(const Vector& vector, const std::string& name);

/// Runs every vector of `file` that has the field `must_have`, prints the counts, and expects no
/// failure. Skips the test, visibly, when the package is not installed.
VectorCount RunNist(const std::string& file,
                    const std::string& must_have,
                    const std::function<Verdict(const Vector&)>& run);

}  // namespace signet::crypto::vector_testing
