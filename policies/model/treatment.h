/// Treatment: what the gate does to a column before it may rest in a governed dataset.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/document/mark.h"

namespace signet::policies {

/// In ascending strictness.
enum class TreatmentKind {
  kKeep,          ///< the value itself
  kGeneralise,    ///< a coarser value, see Treatment::options
  kPseudonymise,  ///< a keyed token (HMAC): equal values stay equal, nobody reads them
  kEncrypt,       ///< sealed in a stream of its own; opened only for purposes that may use it
  kEscrow,        ///< sealed cell by cell under the subject's key; leaves only by a release rule
  kDrop,          ///< not stored at all
};

std::string_view TreatmentName(TreatmentKind kind);
Result<TreatmentKind> TreatmentFromName(std::string_view name);

/// Options of kGeneralise, exactly one of the first four and perhaps `top`:
///   {"band": 10}      numbers: the lower edge of bands of 10; dates: years in bands of 10
///   {"truncate": 3}   texts: the first 3 characters
///   {"year": true}    dates: the year
///   {"hierarchy": {"Espoo": "Uusimaa"}, "other": "elsewhere"}   texts: their parent, else `other`
///   {"top": 90}       numbers above 90 become 90 (top-coding)
/// Options of kPseudonymise: {"domain": "crm"}: values of different domains never match.
struct Treatment {
  TreatmentKind kind = TreatmentKind::kDrop;
  Json options;
  /// The rule that ordered it: "gdpr.yaml:41 categories.user.contact.email".
  std::string rule;
  /// The article or section the rule cites.
  std::string article;
  Mark mark;

  /// {"kind": "generalise", "options": {...}}; without rule and place (they are not semantics).
  [[nodiscard]] Json ToJson() const;
  static Result<Treatment> FromJson(const Json& json);

  /// The strictest of several (at least one); among generalisations the coarsest. kConflict naming
  /// two rules when there is none ({band} against {truncate}, bands that cut each other, two
  /// pseudonym domains). A function of the set: order, grouping and repetition do not matter, but
  /// that a stricter one may settle what two others cannot.
  static Result<Treatment> Strictest(std::span<const Treatment> several);
};

}  // namespace signet::policies
