/// Minimisation: a declared column that nobody uses may not be read (GDPR Art. 5(1)(c)).
#pragma once

#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// After PlanSources and PlanSteps, without errors so far: reports each column of each source that
/// no step reads and nobody else needs (SIG-3009). Needed are: identifiers, the row's time, columns
/// of `unique`, and what carries consent, opt-outs, signals, minority or jurisdiction, with their
/// times. Columns that are not declared are not read, so the fix is to remove the line.
void CheckUnusedColumns(Planning& planning);

}  // namespace signet::pipelines
