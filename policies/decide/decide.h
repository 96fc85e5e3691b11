/// Pure decisions about one subject: consent, objection, minors, GPC, restriction, erasure.
#pragma once

#include <string_view>

#include "policies/compile/policy.h"
#include "policies/model/purpose.h"
#include "policies/model/subject_state.h"
#include "policies/model/verdict.h"

namespace signet::policies {

/// Whether data of a subject in `state` may be used for `purpose` and handed on under `relation`
/// (kInternal: it stays). The policy of the subject's jurisdiction decides; when that is unknown
/// every policy must allow. A jurisdiction whose policy does not declare the purpose denies.
/// The verdict names the first rule that denied, or the basis that allowed.
Verdict DecideSubject(const Policy& policy,
                      const SubjectState& state,
                      std::string_view purpose,
                      Relation relation = Relation::kInternal);

}  // namespace signet::policies
