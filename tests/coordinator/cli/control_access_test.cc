#include "coordinator/cli/control_access.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(ControlAccess, AnAddressWithoutAPortIsRefused) {
  ControlOptions options;
  for (const char* connect : {"coordinator", ":7441", "coordinator:"}) {
    options.connect = connect;
    EXPECT_EQ(ConnectControl(options).status().code(), StatusCode::kInvalid) << connect;
  }
}

TEST(ControlAccess, AStateWithoutACoordinatorSaysSo) {
  const testing_support::ScratchFolder scratch;
  ControlOptions options;
  options.state = scratch.path().string();
  EXPECT_EQ(ConnectControl(options).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::coordinator
