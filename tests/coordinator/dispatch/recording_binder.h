/// A binder for tests: payloads by task, and a record of all that the coordinator asked of it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "coordinator/dispatch/run_binder.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

class RecordingBinder final : public RunBinder {
 public:
  explicit RecordingBinder(std::function<std::string(const TaskRef&)> payload)
      : payload_(std::move(payload)) {}

  Result<Bytes> BindTask(const TaskRef& task) override {
    ++bound[task.Text()];
    if (!refuse_bind.ok()) return refuse_bind;
    return ToBytes(payload_(task));
  }
  Status CommitTask(const TaskRef& task, ByteView result, crypto::WriteBatch& batch) override {
    batch.Put("effect/" + task.Text(), AsText(result));
    if (!refuse_commit.ok()) return refuse_commit;
    ++committed[task.Text()];
    return OkStatus();
  }
  Status RunLocal(const TaskRef& task, crypto::WriteBatch& batch) override {
    if (during_local) during_local();
    batch.Put("effect/" + task.Text(), std::string_view("local"));
    ++committed[task.Text()];
    return OkStatus();
  }
  void RunFinished(const RunId& /*run*/, RunState state, crypto::WriteBatch& /*batch*/) override {
    finished.push_back(state);
  }
  int64_t RowsOf(const TaskRef& /*task*/, ByteView result) override {
    return static_cast<int64_t>(result.size());
  }

  std::map<std::string, int> bound;
  std::map<std::string, int> committed;
  std::vector<RunState> finished;
  std::function<void()> during_local;
  Status refuse_bind;
  Status refuse_commit;

 private:
  std::function<std::string(const TaskRef&)> payload_;
};

}  // namespace signet::coordinator
