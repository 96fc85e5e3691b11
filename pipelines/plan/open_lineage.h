/// OpenLineage: the plan's lineage for catalogs, with the `columnLineage` facet.
#pragma once

#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "pipelines/plan/plan.h"

namespace signet::pipelines {

/// A list of OpenLineage 2-0-2 JobEvents, one per step that writes a dataset: job, inputs, outputs
/// with the facets `schema` (SchemaDatasetFacet 1-1-1), `columnLineage` (ColumnLineageDatasetFacet
/// 1-2-0: DIRECT for values, INDIRECT for what decides about rows, `masking` where the gate treats
/// the value) and `signet_label` (our own: the label that the plan proves).
/// `at` is the events' time. Source: https://openlineage.io/spec/2-0-2/OpenLineage.json
Json OpenLineageEvents(const Plan& plan, Timestamp at);

}  // namespace signet::pipelines
