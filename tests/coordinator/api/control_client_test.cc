#include "coordinator/api/control_client.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(ControlClient, WhereNobodyListensItSaysWhatToDo) {
  const testing_support::ScratchFolder scratch;
  ControlAddress address;
  address.socket = scratch.path() / "control.sock";
  const auto client = ControlClient::Connect(address);
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(client.status().remedy().find("signet dev"), std::string::npos);
}

TEST(ControlClient, TlsWithoutCertificatesIsRefusedBeforeAnyConnection) {
  ControlAddress address;
  address.host = "localhost";
  address.port = 1;
  EXPECT_EQ(ControlClient::Connect(address).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
