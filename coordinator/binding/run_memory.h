/// RunMemory: the results of a run's finished tasks, durable, so that a restart does not lose them.
#pragma once

#include <functional>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Keeps, per run, under "runmem/<run>/":
///   t/<step>/<task, 8 digits>   the result as the worker gave it: references and aggregates
///   m/<step>/<task, 8 digits>   the manifest of what the task published
/// and at the end, under "runreport/<run>", what people may ask for later. No rows, no keys.
class RunMemory {
 public:
  RunMemory(StateFolder& state, std::string run) : state_(state), run_(std::move(run)) {}

  void PutResult(const TaskRef& task, ByteView encoded, crypto::WriteBatch& batch) const;
  void PutManifest(const TaskRef& task, const Json& manifest, crypto::WriteBatch& batch) const;
  /// Visits the results in the order of steps' names and tasks.
  Status ForEachResult(
      const std::function<Status(const std::string& step, int task, ByteView result)>& visit);
  Status ForEachManifest(const std::function<Status(const Json& manifest)>& visit);
  /// Forgets all but `report`, in the batch that ends the run.
  Status Finish(const Json& report, crypto::WriteBatch& batch);
  /// What Finish kept; kNotFound while the run is under way.
  static Result<Json> Report(StateFolder& state, const std::string& run);

 private:
  [[nodiscard]] std::string KeyOf(char kind, const TaskRef& task) const;

  StateFolder& state_;
  std::string run_;
};

}  // namespace signet::coordinator
