/// A clustering as JSON and as text.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "pipelines/segments/clustering.h"

namespace signet::pipelines {

/// Every figure, rounded to 10 digits; clusters are numbered from 1. Stable shape.
Json ClusteringJson(const Clustering& clustering);
/// The same for people.
std::string ClusteringText(const Clustering& clustering);

}  // namespace signet::pipelines
