/// Wycheproof's vectors from the shared data: every one is run and counted.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/json.h"

namespace signet::crypto::vector_testing {

/// The bytes of a hexadecimal field.
Bytes Hex(std::string_view text);

/// What a vector's run said, to be compared with its verdict.
enum class Outcome { kAccepted, kRefused };

/// Runs every vector of shared/vectors/wycheproof/<file>; skips the test, visibly, when the shared
/// data are absent. `run` gets the group and the vector. A vector whose "result" is valid must be
/// accepted, an invalid one refused; those in `known_failures` must be refused although valid.
/// Prints how many were run, and expects `total`.
void RunVectors(const std::string& file,
                int64_t total,
                const std::function<Outcome(const Json& group, const Json& vector)>& run,
                const std::set<int64_t>& known_failures = {});

}  // namespace signet::crypto::vector_testing
