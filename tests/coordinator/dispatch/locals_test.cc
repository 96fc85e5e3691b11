// Look-ups: what the binder knows is committed without an attempt.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/store/kv_store.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

/// Knows the results of even tasks; refuses to commit task 2.
class HalfKnown final : public RunBinder {
 public:
  Result<Bytes> BindTask(const TaskRef& /*task*/) override { return Unavailable("no worker here"); }
  Result<std::optional<Bytes>> LookUp(const TaskRef& task) override {
    ++asked;
    if (task.task % 2 != 0) return std::optional<Bytes>();
    return std::optional<Bytes>(ToBytes("known"));
  }
  Status CommitTask(const TaskRef& task, ByteView /*result*/, crypto::WriteBatch& batch) override {
    batch.Put("effect/" + std::to_string(task.task), std::string_view("known"));
    return task.task == 2 ? Unavailable("not now") : OkStatus();
  }
  Status RunLocal(const TaskRef& /*task*/, crypto::WriteBatch& /*batch*/) override {
    return OkStatus();
  }
  void RunFinished(const RunId& /*run*/, RunState /*state*/, crypto::WriteBatch& /*b*/) override {}
  int64_t RowsOf(const TaskRef& /*task*/, ByteView /*result*/) override { return 5; }
  int asked = 0;
};

TEST(Locals, WhatIsKnownIsCommittedWithoutAnAttempt) {
  ManualClock clock(Timestamp{1'790'000'000'000'000});
  SystemEntropy entropy;
  const std::unique_ptr<crypto::KvStore> store = crypto::NewMemoryStore();
  CoordinatorOptions options;
  options.seed = 1;
  auto opened = Coordinator::OpenOn(
      options, workers::InProcessHub::Create()->Serve(), *store, clock, entropy);
  ASSERT_TRUE(opened.ok());
  Coordinator& coordinator = **opened;
  HalfKnown binder;
  RunSpec spec;
  spec.id = RunId("r");
  spec.steps.resize(1);
  spec.steps[0].id = StepId("a");
  spec.steps[0].tasks = 4;
  spec.steps[0].cached = true;
  ASSERT_TRUE(coordinator.Submit(spec, binder).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(coordinator.Turn().ok());
  EXPECT_EQ(binder.asked, 4) << "each once";
  EXPECT_EQ(coordinator.figures().results_known, 1U);
  const RunView view = *coordinator.View(spec.id);
  EXPECT_EQ(view.steps[0].done, 1);
  EXPECT_EQ(view.steps[0].attempts, 0);
  EXPECT_EQ(view.steps[0].rows, 5);
  EXPECT_TRUE(store->Get("effect/0")->has_value());
  EXPECT_FALSE(store->Get("effect/2")->has_value()) << "a refused commit leaves no trace";
  // The others wait for a worker like any task.
  EXPECT_NE(coordinator.Why(spec.id, StepId("a"), 1)->find("waits for a worker"),
            std::string::npos);
  EXPECT_NE(coordinator.Why(spec.id, StepId("a"), 2)->find("waits for a worker"),
            std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
