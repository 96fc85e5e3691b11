/// GppString: the sections of the IAB's Global Privacy Platform that state a person's choices.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "policies/consent/tc_string.h"

namespace signet::policies {

/// What the sections for the United States (usnat 7, usca 8, uspv1 6) say. Nothing where the
/// section does not say it: 0 = not applicable.
struct UsChoices {
  std::optional<bool> sale_opt_out;
  std::optional<bool> sharing_opt_out;
  std::optional<bool> advertising_opt_out;  ///< targeted advertising (usnat)
  std::optional<bool> limit_sensitive;      ///< some use of sensitive data was opted out of
  std::optional<bool> gpc;
  bool known_child = false;  ///< the section speaks about consent for a known child
};

struct GppString {
  std::vector<int> section_ids;  ///< as the header lists them
  std::optional<TcString> tcf;   ///< section 2, tcfeuv2
  std::optional<UsChoices> us;   ///< sections 6 to 8 together: an opt-out in one is an opt-out
  std::vector<int> unread;       ///< sections that are there and not read

  /// kCorrupt for what is no GPP string of version 1 or has other sections than its header lists,
  /// and for a section among 2, 6, 7, 8 that cannot be read.
  /// Source: IAB Tech Lab, "Global Privacy Platform String", and the sections' specifications.
  static Result<GppString> Parse(std::string_view text);
};

}  // namespace signet::policies
