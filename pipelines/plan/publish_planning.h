/// What a publish step reads, and for whom: one task per recipient, each allowed by the policies.
#pragma once

#include "crypto/base/json.h"
#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// Adds the segments and, with `identify_by`, the escrowed cells and the keyring to the step's
/// inputs. Returns the column to be released, or null; it lives as long as `planning`.
const Column* AddPublishInputs(Planning& planning,
                               const StepDecl& decl,
                               const Json& options,
                               PlannedStep& step);

/// Adds one task per recipient, or what speaks against it: unknown (SIG-3013), not for the purpose
/// (SIG-3037), no release rule for what is escrowed or encrypted (SIG-3008), a region that is not
/// covered (SIG-3039). The group size is the policies', or that of the columns that define a
/// segment where it is larger.
void PlanRecipients(Planning& planning,
                    const StepDecl& decl,
                    const Json& options,
                    const Column* released,
                    PlannedStep& step);

/// The label of what members of the step's segments tell, released identifiers not counted.
policies::Label MemberLabel(const PlannedStep& step);

}  // namespace signet::pipelines
