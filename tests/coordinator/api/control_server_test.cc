#include "coordinator/api/control_server.h"

#include <filesystem>
#include <memory>

#include "coordinator/api/control_client.h"
#include "tests/coordinator/api/control_world.h"

namespace signet::coordinator {
namespace {

using ControlServerTest = ControlWorld;

TEST_F(ControlServerTest, TheSocketIsItsOwnersAlone) {
  using std::filesystem::perms;
  const perms mode = std::filesystem::status(socket()).permissions();
  EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none);
  ControlAddress address;
  address.socket = socket();
  const auto client = ControlClient::Connect(address);
  ASSERT_TRUE(client.ok()) << client.status().message();
  const Result<Json> hello = (*client)->Hello();
  ASSERT_TRUE(hello.ok()) << hello.status().message();
  EXPECT_EQ((*hello)["state"].AsString(), state_->path().string());
}

TEST_F(ControlServerTest, ADoorOnTlsWithoutOperatorsDoesNotOpen) {
  ControlServerOptions options;
  options.socket = scratch_.path() / "other.sock";
  options.port = 0;
  EXPECT_EQ(ControlServer::Listen(options, *coordinator_, *host_, system_).status().code(),
            StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
