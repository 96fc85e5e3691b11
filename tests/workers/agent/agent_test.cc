#include "workers/agent/agent.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "workers/transport/in_process.h"

namespace signet::workers {
namespace {

class FakeSlots final : public TaskSlots {
 public:
  Status Start(uint64_t fence, Bytes payload) override {
    started.push_back(fence);
    running[fence] = std::move(payload);
    return OkStatus();
  }
  void Kill(uint64_t fence) override {
    killed.insert(fence);
    running.erase(fence);
  }
  std::vector<TaskEnd> TakeEnded() override { return std::exchange(ended, {}); }
  std::vector<TaskPulse> Pulses() override {
    std::vector<TaskPulse> pulses;
    pulses.reserve(running.size());
    for (const auto& task : running) pulses.push_back({task.first, 0.5, 7});
    return pulses;
  }
  std::vector<int> Descriptors() override { return {}; }
  void End(uint64_t fence, Status status = {}) {
    running.erase(fence);
    ended.push_back({fence, std::move(status), ToBytes("result")});
  }
  std::vector<uint64_t> started;
  std::map<uint64_t, Bytes> running;
  std::set<uint64_t> killed;
  std::vector<TaskEnd> ended;
};

/// An agent on a manual clock, and the coordinator's end of its channel in the test's hands.
class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    AgentOptions options;
    options.boot = 77;
    options.slots = 2;
    agent_ = std::make_unique<Agent>(options, *client_, slots_, clock_);
  }
  /// Lets time pass and takes what the agent sends.
  std::vector<Message> Turn(int64_t millis = 1) {
    clock_.Advance(millis * 1'000);
    EXPECT_TRUE(agent_->Turn().ok());
    std::vector<Message> messages;
    while (true) {
      auto incoming = server_->Receive();
      if (!incoming->has_value()) return messages;
      peer_ = (*incoming)->peer;
      messages.push_back(DecodeFrame((*incoming)->frame)->message);
    }
  }
  void Say(Message message, uint64_t term = 1) {
    ASSERT_TRUE(server_->Send(peer_, *EncodeFrame({term, 1, std::move(message)})).ok());
  }
  void Join() {
    ASSERT_TRUE(std::holds_alternative<Register>(Turn().at(0)));
    Say(Welcome{500, 2'500});
    Turn();
    ASSERT_TRUE(agent_->joined());
  }
  void Grant(uint64_t fence, const std::string& payload = "work") {
    Leases leases;
    leases.leases.push_back({fence, "r/s/0", 1, 0, ToBytes(payload)});
    Say(std::move(leases));
  }
  template <typename M>
  static int Count(const std::vector<Message>& messages) {
    int count = 0;
    for (const Message& message : messages) count += std::holds_alternative<M>(message) ? 1 : 0;
    return count;
  }

  ManualClock clock_;
  std::shared_ptr<InProcessHub> hub_ = InProcessHub::Create();
  std::unique_ptr<ServerChannel> server_ = hub_->Serve();
  std::unique_ptr<ClientChannel> client_ = hub_->Connect("key");
  FakeSlots slots_;
  std::unique_ptr<Agent> agent_;
  PeerId peer_;
};

TEST_F(AgentTest, AResultIsSentAgainUntilItIsAcknowledged) {
  Join();
  Grant(5);
  Turn();
  slots_.End(5);
  EXPECT_EQ(Count<Completed>(Turn()), 1);
  EXPECT_EQ(Count<Completed>(Turn(900)), 0);
  EXPECT_EQ(Count<Completed>(Turn(200)), 1);
  Say(Ack{{5}});
  Turn();
  EXPECT_EQ(Count<Completed>(Turn(1'100)), 0);
}

TEST_F(AgentTest, ADoubledLeaseStartsOnce) {
  Join();
  Grant(5);
  Grant(5);
  Turn();
  slots_.End(5);
  Turn();
  Grant(5);
  Turn();
  Say(Ack{{5}});
  Turn();
  Grant(5);
  Turn();
  EXPECT_EQ(slots_.started, std::vector<uint64_t>{5});
}

TEST_F(AgentTest, MoreLeasesThanSlotsWaitAndAreListedAsHeld) {
  Join();
  for (uint64_t fence = 1; fence <= 3; ++fence) Grant(fence);
  Turn();
  EXPECT_EQ(slots_.running.size(), 2U);
  for (const Message& message : Turn(600)) {
    const auto* const beat = std::get_if<Heartbeat>(&message);
    if (beat == nullptr) continue;
    EXPECT_EQ(beat->running.size(), 3U);
  }
  slots_.End(1);
  Turn();
  EXPECT_EQ(slots_.started.size(), 3U);
}

TEST_F(AgentTest, ARevokedTaskIsKilledAndNeverReported) {
  Join();
  Grant(5);
  Turn();
  Say(Revoke{{5}, "cancelled"});
  EXPECT_EQ(Count<Completed>(Turn()) + Count<Failed>(Turn(2'000)), 0);
  EXPECT_EQ(slots_.killed, std::set<uint64_t>{5});
}

TEST_F(AgentTest, ASilentCoordinatorCostsTheLeaseAndTheTask) {
  Join();
  Grant(5);
  Turn();
  Turn(2'400);
  EXPECT_TRUE(slots_.killed.empty());
  Turn(200);
  EXPECT_EQ(slots_.killed, std::set<uint64_t>{5});
  EXPECT_FALSE(agent_->joined());
  EXPECT_EQ(Count<Register>(Turn(600)), 1);
}

TEST_F(AgentTest, AnOlderCoordinatorIsNotObeyed) {
  Join();
  Say(Bye{"restarted", /*rejoin=*/true}, 2);
  EXPECT_EQ(Count<Register>(Turn(600)), 1);
  Say(Welcome{500, 2'500}, 2);
  Turn();
  Leases leases;
  leases.leases.push_back({9, "r/s/0", 1, 0, ToBytes("work")});
  Say(std::move(leases), 1);
  Turn();
  EXPECT_TRUE(slots_.started.empty());
}

TEST_F(AgentTest, ItTellsARestartedCoordinatorWhatItHolds) {
  Join();
  Grant(5);
  Grant(6);
  Turn();
  slots_.End(6);
  Turn();
  Say(Bye{"unknown", /*rejoin=*/true}, 2);
  const auto messages = Turn(600);
  ASSERT_EQ(Count<Register>(messages), 1);
  const auto hello = std::get<Register>(messages.at(0));
  EXPECT_EQ(hello.boot, 77U);
  EXPECT_EQ(std::set<uint64_t>(hello.held.begin(), hello.held.end()), (std::set<uint64_t>{5, 6}));
  EXPECT_EQ(slots_.running.count(5), 1U) << "what still runs is not restarted";
}

TEST_F(AgentTest, ADrainFinishesWhatRunsAndThenLeaves) {
  Join();
  Grant(5);
  Turn();
  agent_->Drain();
  Turn();
  EXPECT_FALSE(agent_->left());
  slots_.End(5);
  Turn();
  EXPECT_FALSE(agent_->left()) << "not acknowledged yet";
  Say(Ack{{5}});
  EXPECT_EQ(Count<Bye>(Turn()), 1);
  EXPECT_TRUE(agent_->left());
}

TEST_F(AgentTest, ANoOpNeedsNoSlot) {
  Join();
  Grant(5, kNoOpTask);
  EXPECT_EQ(Count<Completed>(Turn()), 1);
  EXPECT_TRUE(slots_.started.empty());
}

TEST_F(AgentTest, NobodyAnsweringIsAnErrorWithARemedy) {
  for (int i = 0; i < 30; ++i) Turn(1'000);
  clock_.Advance(1'000'000);
  const Status status = agent_->Turn();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.remedy().find("enrolled"), std::string::npos);
}

TEST_F(AgentTest, SentAwayItLeavesAndKillsItsTasks) {
  Join();
  Grant(5);
  Turn();
  Say(Bye{"expelled", /*rejoin=*/false});
  EXPECT_EQ(agent_->Turn().code(), StatusCode::kDenied);
  EXPECT_TRUE(agent_->left());
  EXPECT_EQ(slots_.killed, std::set<uint64_t>{5});
}

}  // namespace
}  // namespace signet::workers
