/// The plan's proof as a page that a lawyer can read: self-contained HTML, printable.
#pragma once

#include <string>

#include "pipelines/plan/plan.h"

namespace signet::coordinator {

/// Datasets in the order of the DAG, each column with origin, label, treatment, rule and article.
std::string PlanPage(const pipelines::Plan& plan);

}  // namespace signet::coordinator
