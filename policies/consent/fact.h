/// Fact: one statement about a subject that a decision may rest on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// Sources whose statements come from the subject directly; undated facts of files never override
/// them.
inline constexpr std::string_view kSourceApi = "api";

struct Fact {
  enum Kind : uint8_t {
    kSeen = 0,            ///< the subject exists; no value. Makes AllowedFor consider it
    kConsent = 1,         ///< purpose; "given" or "withdrawn" (also for refused and objected)
    kJurisdiction = 2,    ///< a jurisdiction of the policy ("eu"), or "" for unknown
    kMinor = 3,           ///< "true" / "false"
    kOptOutSale = 4,      ///< "true" / "false": sale and sharing
    kGpc = 5,             ///< "true"; "false" is heard only from the API
    kRestriction = 6,     ///< "true" / "false"; purpose or "" for everything
    kTombstone = 7,       ///< erasure requested; sticks until the subject is erased
    kLimitSensitive = 8,  ///< "true" / "false": limits the use of sensitive data
  };
  SubjectId subject;
  Kind kind = kSeen;
  std::string purpose;
  std::string value;
  /// When the subject said so, microseconds since 1970; 0 = undated.
  int64_t time_micros = 0;
  /// "crm.profiling_ok", "api", "import.onetrust".
  std::string source;
  /// The wording's version that the subject saw; may be empty.
  std::string wording;
  friend bool operator==(const Fact&, const Fact&) = default;
};

/// kInvalid when kind and value do not fit, or a text is longer than kFactTextMax bytes.
Status ValidateFact(const Fact& fact);
inline constexpr size_t kFactTextMax = 200;

/// A versioned, compact list of facts; texts are stored once. Every fact must be valid (a CHECK).
Bytes EncodeFacts(std::span<const Fact> facts);
/// kCorrupt for anything that EncodeFacts does not write.
Result<std::vector<Fact>> DecodeFacts(ByteView bytes);

}  // namespace signet::policies
