/// The record of processing activities (GDPR Art. 30(1)), from what ran, and its drift.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policies/compile/policy.h"
#include "policies/reports/activity.h"
#include "policies/reports/document.h"

namespace signet::policies {

/// What ran, and what is held of each source.
struct RopaFacts {
  std::span<const ProcessingActivity> activities;
  std::span<const HeldData> held;
};

/// Sections (a) to (g). `facts.activities` and `facts.held` are what Drift compares.
ReportDocument MakeRopa(const Policy& policy, const RopaFacts& facts, const std::string& made);

/// Where what ran goes beyond what was declared, one sentence each; empty: nowhere. Declared is an
/// earlier ropa as JSON (ReportDocument::ToJson), or its facts: an activity (pipeline and purpose)
/// that is missing there, and a category, recipient or kind of dataset that its activity does not
/// list; a source, or a category of it, that is held and is not listed. What was declared and did
/// not run is no drift. kInvalid for JSON that is no ropa.
Result<std::vector<std::string>> DriftFrom(const Json& declared, const RopaFacts& ran);
/// The same against the policies in force: purposes and recipients that ran and that they do not
/// declare (any more), and recipients that may not receive for the purpose.
std::vector<std::string> DriftFromPolicy(const Policy& policy,
                                         std::span<const ProcessingActivity> activities);

}  // namespace signet::policies
