/// The operators of pipelines/decisions and of assigning tests: uplift, next_best_offer, send_time,
/// randomise.
#pragma once

#include <memory>
#include <vector>

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In the order of the reference.
std::vector<std::unique_ptr<Operator>> DecisionOperators();

}  // namespace signet::pipelines
