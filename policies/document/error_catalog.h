/// The catalogue of stable error codes: what `signet explain SIG-1204` prints.
///
/// 1xxx documents, 2xxx policies, 3xxx plans, 4xxx run time. A code never changes its meaning and
/// is never used again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet::policies {

struct ErrorEntry {
  /// "SIG-1204".
  std::string code;
  std::string title;
  /// A paragraph for people: what happened and why Signet refuses it.
  std::string explanation;
  /// The next step, used as the help line when an error brings none of its own.
  std::string remedy;
  /// The status an error of this code has: kInvalid, or kDenied where policy said no.
  StatusCode status = StatusCode::kInvalid;
};

/// All codes in ascending order.
const std::vector<ErrorEntry>& ErrorCatalog();
/// The entry of "SIG-1204" (also "1204", any case), or null.
const ErrorEntry* FindError(std::string_view code);
/// The page `signet explain` prints.
std::string ExplainError(const ErrorEntry& entry);

}  // namespace signet::policies
