/// `cluster` with `sample`, written out: clusters learnt from some subjects, told of everybody.
///
/// | step | operator | tasks | writes |
/// | --- | --- | --- | --- |
/// | ID.sample | cluster_sample | one a partition | its subjects with the lowest salted hashes |
/// | ID.scaling | cluster_sums | one a partition | exact sums for the scales of its columns |
/// | ID.learnt | cluster_learn | one | clusters of the lowest of all, scaled as everybody is |
/// | ID.sums | cluster_sums | one a partition | exact sums of its members of each cluster |
/// | ID | cluster_merge | one | the model, with a card of everybody |
///
/// All but the last die with the run (deploy/docs/adr/0042).
#pragma once

#include <vector>

#include "pipelines/plan/pipeline_document.h"

namespace signet::pipelines {

/// The steps with each `cluster` that has a `sample` as the steps above. They keep the marks of the
/// step, so what is wrong with it is told where it stands. Approvals are asked for once, before the
/// first of them.
std::vector<StepDecl> WithSampledClusters(std::vector<StepDecl> steps);

}  // namespace signet::pipelines
