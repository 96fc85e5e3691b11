/// The disclosure gate: no group below the policy's size is published or counted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "policies/model/purpose.h"
#include "policies/model/verdict.h"

namespace signet::policies {

/// Whether a group of `count` subjects may be published or shown. `what` names it for the message
/// ("segment 'at_risk'"). An empty group is refused like any small one: that nobody has a property
/// is a statement about everybody. The message never tells the count.
Verdict CheckGroup(int64_t count, const PublicationRule& rule, std::string_view what = "the group");

/// Whether a count may be shown that differs from one shown earlier to the same recipient: the
/// difference must be nothing or itself a group (differencing attack).
Verdict CheckDifference(int64_t before,
                        int64_t after,
                        const PublicationRule& rule,
                        std::string_view what = "the count");

/// Whether an explanation of a model may tell about leaves of these populations: each must have
/// rule.min_leaf people, else the leaf tells about those few.
Verdict CheckLeaves(const std::vector<int64_t>& populations,
                    const PublicationRule& rule,
                    std::string_view what = "the explanation");

/// Whether rows may be shown whose smallest class of people alike has `smallest` people.
Verdict CheckClasses(int64_t smallest,
                     const PublicationRule& rule,
                     std::string_view what = "the table");

}  // namespace signet::policies
