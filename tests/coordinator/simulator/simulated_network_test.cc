#include "coordinator/simulator/simulated_network.h"

#include <memory>

#include "workers/protocol/frame.h"

namespace signet::coordinator {
namespace {

class SimulatedNetworkTest : public testing::Test {
 protected:
  int Arrived() {
    clock_.Advance(10'000'000);
    network_.Deliver();
    int arrived = 0;
    while ((*server_->Receive()).has_value()) ++arrived;
    return arrived;
  }
  Dice dice_{1};
  ManualClock clock_;
  SimulatedNetwork network_{dice_, clock_};
  std::unique_ptr<workers::ServerChannel> server_ = network_.Serve();
  std::unique_ptr<workers::ClientChannel> client_ = network_.Connect(3);
};

TEST_F(SimulatedNetworkTest, LosesAndDoublesAsManyAsItWasTold) {
  network_.SetFaults({30, 0, 1'000});
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(client_->Send(AsBytes("x")).ok());
  EXPECT_NEAR(Arrived(), 700, 60);
  network_.SetFaults({0, 50, 1'000});
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(client_->Send(AsBytes("x")).ok());
  EXPECT_NEAR(Arrived(), 1'500, 60);
}

TEST_F(SimulatedNetworkTest, ACutHoldsInItsDirectionUntilItIsMended) {
  network_.Cut(3, /*to_server=*/true, /*to_worker=*/false);
  ASSERT_TRUE(client_->Send(AsBytes("x")).ok());
  EXPECT_EQ(Arrived(), 0);
  network_.Mend(3);
  ASSERT_TRUE(client_->Send(AsBytes("x")).ok());
  EXPECT_EQ(Arrived(), 1);
}

TEST_F(SimulatedNetworkTest, AFenceThatNamesTwoAttemptsIsNoticed) {
  ASSERT_TRUE(client_->Send(AsBytes("x")).ok());
  clock_.Advance(10'000'000);
  network_.Deliver();
  const workers::PeerId peer = (*server_->Receive())->peer;
  workers::Leases leases;
  leases.leases.push_back({7, "r/s/0", 1, 0, {}});
  ASSERT_TRUE(server_->Send(peer, *workers::EncodeFrame({1, 1, leases})).ok());
  EXPECT_EQ(network_.broken_fence(), "");
  leases.leases[0].attempt = 2;
  ASSERT_TRUE(server_->Send(peer, *workers::EncodeFrame({1, 2, leases})).ok());
  EXPECT_NE(network_.broken_fence(), "");
  network_.DropWorker(3);
  EXPECT_EQ(server_->Send(peer, AsBytes("x")).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::coordinator
