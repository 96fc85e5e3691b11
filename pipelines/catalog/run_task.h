/// The door through which a worker runs any task.
#pragma once

#include <functional>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

/// Decodes the payload (a TaskAssignment), refuses it when its operator differs from the plan's,
/// runs the operator and returns the encoded TaskResult. `progress` takes a share from 0 to 1.
Result<Bytes> RunTask(ByteView payload, const std::function<void(double)>& progress);

}  // namespace signet::pipelines
