/// Right: what a person may ask for, where it stands in the law, and by when it must be answered.
#pragma once

#include <string_view>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::policies {

enum class Right {
  kAccess,         ///< GDPR Art. 15; Cal. Civ. Code section 1798.110
  kPortability,    ///< GDPR Art. 20; section 1798.130(a)(3)(B)(iii)
  kRectification,  ///< GDPR Art. 16; section 1798.106
  kErasure,        ///< GDPR Art. 17; section 1798.105
  kRestriction,    ///< GDPR Art. 18
  kObjection,      ///< GDPR Art. 21
  kOptOut,         ///< of sale and sharing: section 1798.120
  kLimit,          ///< the use of sensitive data: section 1798.121
};
/// "access", "portability", "rectification", "erasure", "restriction", "objection", "opt_out",
/// "limit_sensitive".
std::string_view RightName(Right right);
Result<Right> RightFromName(std::string_view name);
/// Where the right stands in the law of policy `law` ("gdpr", or another: California's). A right
/// that only the other law has is cited from there.
std::string_view RightArticle(Right right, std::string_view law);

/// The days by which something must have happened.
struct Deadline {
  /// The receipt of the request must be confirmed; 0 = no such duty.
  Timestamp acknowledge;
  /// The answer must be given, or its extension announced.
  Timestamp answer;
  /// The answer must be given after an extension; equals `answer` where the law knows none.
  Timestamp extended;
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

/// GDPR Art. 12(3): one month, two further months. California: 10 business days to confirm and 45
/// days to answer, 45 more (11 CCR section 7021, section 1798.130(a)(2)); an opt-out or a limit
/// within 15 business days, without extension (11 CCR sections 7026(f), 7027(g)). Business days are
/// Monday to Friday: holidays are not known here, so the day given is the earliest.
Deadline DeadlineOf(Right right, std::string_view law, Timestamp received);

}  // namespace signet::policies
