/// ln(1 + exp(x)) and its slope for many x: the log-likelihood of a mixture of two.
#pragma once

#include <cstddef>

namespace signet::pipelines {

/// value[i] = ln(1 + exp(x[i])), slope[i] = 1 / (1 + exp(-x[i])), each to 4 units in the last
/// place; both 0 for x = -infinity, and below -700. x must not be NaN. With the widest vectors the
/// machine has, and the same bits on every machine.
void Softplus(const double* x, size_t count, double* value, double* slope);

}  // namespace signet::pipelines
