#include "coordinator/binding/logged_binder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

TaskRef OneTask() {
  TaskRef ref;
  ref.run = RunId("20261122t120000-abcdef");
  ref.step = StepId("reveal");
  ref.attempt = 1;
  return ref;
}

/// Binds a key unless told not to, and keeps results unless told not to.
class OneKey final : public LoggedBinder {
 public:
  explicit OneKey(StateFolder& state) : LoggedBinder(state, OneTask().run, "a test of leases") {}
  Status refusal = OkStatus();
  int taken = 0;

 protected:
  Result<pipelines::TaskAssignment> Bind(const TaskRef& task) override {
    TRY(refusal);
    pipelines::TaskAssignment out;
    out.spec.run = run().text();
    out.spec.step = task.step.text();
    out.lease.keys.emplace("digest", state().vault().Derive(crypto::KeyUse::kDigest, ""));
    return out;
  }
  Status Take(const TaskRef& /*task*/,
              const pipelines::TaskResult& /*result*/,
              crypto::WriteBatch& /*batch*/) override {
    TRY(refusal);
    ++taken;
    return OkStatus();
  }
};

class LoggedBinderTest : public StateWorld {
 protected:
  /// The types of the entries that the next write brings.
  std::vector<std::string> NextWrite(LoggedBinder& binder) {
    const uint64_t before = state_->audit().size();
    crypto::WriteBatch batch;
    if (binder.BeforeWrite(batch)) {
      EXPECT_TRUE(state_->store().Write(batch, crypto::Durability::kSync).ok());
      binder.BatchWritten(/*durable=*/true);
    }
    std::vector<std::string> types;
    for (uint64_t i = before; i < state_->audit().size(); ++i) {
      const Json entry = *state_->audit().Entry(i);
      EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
      EXPECT_EQ(entry["why"].AsString(), "a test of leases");
      types.push_back(entry["type"].AsString());
    }
    return types;
  }
};

TEST_F(LoggedBinderTest, ALeaseAndItsReleaseAreEntries) {
  OneKey binder(*state_);
  const Result<Bytes> payload = binder.BindTask(OneTask());
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(pipelines::TaskAssignment::Decode(*payload)->lease.keys.count("digest"), 1U);
  binder.LeaseSent(OneTask(), WorkerId("w1"));
  EXPECT_EQ(NextWrite(binder), std::vector<std::string>{"lease.granted"});
  crypto::WriteBatch batch;
  ASSERT_TRUE(binder.CommitTask(OneTask(), pipelines::TaskResult().Encode(), batch).ok());
  EXPECT_EQ(binder.taken, 1);
  EXPECT_EQ(NextWrite(binder), std::vector<std::string>{"lease.released"});
}

TEST_F(LoggedBinderTest, ADenialIsAnEntryAndCarriesNoKey) {
  OneKey binder(*state_);
  binder.refusal = Denied("the column is not there");
  EXPECT_EQ(binder.BindTask(OneTask()).status().code(), StatusCode::kDenied);
  EXPECT_EQ(NextWrite(binder), std::vector<std::string>{"lease.denied"});
}

TEST_F(LoggedBinderTest, AResultThatIsNotTakenReleasesNothing) {
  OneKey binder(*state_);
  ASSERT_TRUE(binder.BindTask(OneTask()).ok());
  binder.LeaseSent(OneTask(), WorkerId("w1"));
  EXPECT_EQ(NextWrite(binder), std::vector<std::string>{"lease.granted"});
  binder.refusal = Unavailable("the disk is full");
  crypto::WriteBatch batch;
  EXPECT_FALSE(binder.CommitTask(OneTask(), pipelines::TaskResult().Encode(), batch).ok());
  EXPECT_EQ(NextWrite(binder), std::vector<std::string>());
  EXPECT_EQ(binder.RunLocal(OneTask(), batch).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace signet::coordinator
