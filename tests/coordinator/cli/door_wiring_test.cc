#include "coordinator/cli/door_wiring.h"

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

class DoorWiringTest : public StateWorld {};

TEST_F(DoorWiringTest, GivesTheDoorKeyOperationsAndABookOfLogins) {
  CoordinatorOptions options;
  options.seed = 1;
  SystemClock system;
  const auto coordinator =
      Coordinator::OpenOn(
          options, workers::InProcessHub::Create()->Serve(), state_->store(), system, entropy_)
          .value();
  DoorWiring wiring(*state_, *coordinator, system);
  ControlServerOptions control;
  wiring.Wire(control);
  ASSERT_TRUE(control.keys);
  ASSERT_NE(control.logins, nullptr);
  const auto list = control.keys("operator:ada", "list", Json(Json::Object()));
  ASSERT_TRUE(list.ok()) << list.status().ToString();
  EXPECT_EQ((*list)["current"].AsInt(), 1);
}

}  // namespace
}  // namespace signet::coordinator
