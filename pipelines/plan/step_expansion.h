/// What stands for several steps in a document, written out: `foreach` and `uses: pipeline`.
#pragma once

#include <map>
#include <string>

#include "crypto/base/clock.h"
#include "pipelines/plan/parameters.h"
#include "policies/document/diagnostic.h"
#include "policies/document/node.h"

namespace signet::pipelines {

inline constexpr size_t kForeachStepsMax = 1'000;  ///< of one `foreach`
inline constexpr int kFragmentDepthMax = 8;

/// The document with each `foreach: {NAME: [A, B]}` step as steps STEP.A and STEP.B, in which
/// ${each.NAME} is the value; several names make their product. A list in `segments` that names
/// STEP names them all. `parameters` are for lists given as "${param}" ("A, B"). Before Substitute.
/// SIG-1216 for what cannot be written out.
policies::Node ExpandForeach(const policies::Node& root,
                             const Parameters& parameters,
                             policies::Diagnostics& diagnostics);

/// The document with each `uses: pipeline` step as the steps of the fragment that its `file` names
/// (relative to the document it stands in): STEP.LOCAL for each LOCAL of the fragment. Within them,
/// names of the fragment's `inputs` mean the datasets that the step's `inputs` give, and its
/// `params` have the step's values. Where the fragment has an `output`, STEP alone means that step.
/// After Substitute. SIG-1217 for what cannot be taken in. Fragments may use fragments.
policies::Node ExpandFragments(const policies::Node& root,
                               Timestamp now,
                               policies::Diagnostics& diagnostics);

}  // namespace signet::pipelines
