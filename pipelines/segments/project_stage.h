/// The `project` stage: people on a plane, by principal components or t-SNE, counted by hexagons.
///
/// In: one input with a subject (features, scores); out: kind aggregate, one row per hexagon of at
/// least `group_min` people: x, y, people. Never a row per person. One task over all partitions.
/// Deterministic: rows are taken in canonical order, the seed is explicit. Memory: 16 bytes a
/// value, and for t-SNE 2 kB for each of at most `sample` people. Source: van der Maaten,
/// "Accelerating t-SNE using Tree-Based Algorithms", JMLR 15, 2014.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"
#include "pipelines/segments/projection.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {

struct ProjectOptions {
  SegmentSource source;
  ProjectionOptions projection;

  static Result<ProjectOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> ProjectOutputSchema(const ProjectOptions& options,
                                   const std::map<std::string, Schema>& inputs);
/// Figures: ProjectionJson and a title.
Result<Json> RunProject(query::Connection& connection,
                        const ProjectOptions& options,
                        const std::map<std::string, Schema>& inputs,
                        const StageContext& context);

}  // namespace signet::pipelines
