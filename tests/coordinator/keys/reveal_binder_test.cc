#include "coordinator/keys/reveal_binder.h"

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class RevealBinderTest : public StateWorld {};

TEST_F(RevealBinderTest, LeasesNothingForAColumnThatNoLiveDatasetHas) {
  ReidentifyRequest request;
  request.owner = "shop";
  request.source = "crm";
  request.column = "email";
  const SecretBytes key = entropy_.RandomSecret(32);
  RevealBinder binder(*state_, RunId("run-1"), request, key);
  ASSERT_EQ(binder.Spec().steps.size(), 1U);
  TaskRef task;
  task.run = RunId("run-1");
  task.step = binder.Spec().steps.front().id;
  EXPECT_EQ(binder.BindTask(task).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(binder.result(), nullptr);
}

}  // namespace
}  // namespace signet::coordinator
