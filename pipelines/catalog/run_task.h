/// The door through which a worker runs any task.
#pragma once

#include <functional>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {

/// Decodes the payload (a TaskAssignment), refuses it when its operator differs from the plan's,
/// runs the operator and returns the encoded TaskResult. `progress` takes a share from 0 to 1.
/// With an `image` of the engine, opened before this process was forked, the process is taken to
/// end with the task: the engine is left to its end.
Result<Bytes> RunTask(ByteView payload,
                      const std::function<void(double)>& progress,
                      std::unique_ptr<query::EngineImage> image = nullptr);

/// What a worker makes ready in the process from which it forks tasks, by its only thread.
struct EnginesAhead {
  /// The engine that tasks use; none when it cannot be opened: each task then tries for itself and
  /// says why not.
  std::unique_ptr<query::EngineImage> image;
  /// The engine that conditions written by users are read with, as long as this lives. It is asked
  /// about one condition of ours and keeps no table with rows.
  std::unique_ptr<query::AnalysisSession> analyses;
};
EnginesAhead OpenEnginesAhead();

}  // namespace signet::pipelines
