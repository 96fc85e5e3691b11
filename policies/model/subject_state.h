/// SubjectState: what the ledger says of a subject, as decisions need it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace signet::policies {

enum class ConsentState {
  kUnknown,  ///< never asked, or no fact
  kGiven,
  kWithdrawn,  ///< refused, withdrawn or objected
};
std::string_view ConsentStateName(ConsentState state);

struct SubjectState {
  /// A jurisdiction of the policies; empty = unknown or conflicting: the strictest counts.
  std::string jurisdiction;
  /// By purpose; a fact about an ancestor ("marketing") counts for the purposes below it.
  std::map<std::string, ConsentState, std::less<>> consents;
  bool minor = false;
  /// Opted out of sale and sharing (Cal. Civ. Code section 1798.120).
  bool opt_out_sale = false;
  /// Global Privacy Control seen.
  bool gpc = false;
  /// Limited the use of sensitive personal information (Cal. Civ. Code section 1798.121).
  bool limit_sensitive = false;
  /// Restriction of processing (GDPR Art. 18): "" = everything, else purposes or their ancestors.
  std::set<std::string, std::less<>> restrictions;
  /// Erasure requested: nothing is allowed.
  bool tombstone = false;
};

/// The state that holds for `purpose`: a refusal of it or of an ancestor beats a grant; a grant of
/// an ancestor holds below it.
ConsentState ConsentFor(const SubjectState& state, std::string_view purpose);
/// True if a restriction covers `purpose`.
bool IsRestricted(const SubjectState& state, std::string_view purpose);

}  // namespace signet::policies
