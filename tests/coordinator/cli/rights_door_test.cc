// The queue between clients and the loop. What a call does is tested in
// tests/coordinator/requests, and with a real coordinator in tests/e2e/rights.
#include "coordinator/cli/rights_door.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

class RightsDoorTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    CoordinatorOptions options;
    options.seed = 1;
    coordinator_ =
        Coordinator::OpenOn(
            options, workers::InProcessHub::Create()->Serve(), state_->store(), system_, entropy_)
            .value();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    host_ = std::make_unique<RunHost>(*state_, *ledger_, *coordinator_);
    door_ = std::make_unique<RightsDoor>(
        *state_,
        *ledger_,
        RightsDoor::Tools{
            *coordinator_, *host_, system_, "policies/bundles", [] {}, [] { return false; }});
  }
  void TearDown() override {
    door_.reset();
    host_.reset();
    ledger_.reset();
    coordinator_.reset();
  }
  /// Turns the loop, with the door between its turns, until `done`.
  void ServeUntil(const std::atomic<bool>& done) {
    const Status served = coordinator_->Serve([&] {
      door_->Turn();
      return done.load();
    });
    EXPECT_TRUE(served.ok()) << served.ToString();
  }

  SystemClock system_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<RunHost> host_;
  std::unique_ptr<RightsDoor> door_;
};

TEST_F(RightsDoorTest, CallsOfOtherThreadsAreAnsweredOnTheLoop) {
  std::atomic<bool> done{false};
  std::vector<Result<Json>> answers;
  std::thread client([&] {
    answers.push_back(door_->Perform("sweep", Json(Json::Object())));
    answers.push_back(door_->Perform("gpc", Json::Of({{"people", "cookie k-17"}})));
    answers.push_back(door_->Perform("refuse", Json::Of({{"request", "access-x"}})));
    done = true;
    coordinator_->Post([] {});
  });
  ServeUntil(done);
  client.join();
  ASSERT_EQ(answers.size(), 3U);
  ASSERT_TRUE(answers[0].ok()) << answers[0].status().ToString();
  EXPECT_EQ((*answers[0])["erasures_destroyed"].AsInt(), 0);
  ASSERT_TRUE(answers[1].ok()) << answers[1].status().ToString();
  EXPECT_FALSE((*answers[1])["known"].AsBool());
  EXPECT_EQ(answers[2].status().code(), StatusCode::kNotFound);
}

TEST_F(RightsDoorTest, WhoWaitsIsLetGoWhenTheCoordinatorStops) {
  std::atomic<bool> asked{false};
  Status told;
  std::thread client([&] {
    asked = true;
    told = door_->Perform("sweep", Json(Json::Object())).status();
  });
  while (!asked) std::this_thread::yield();
  door_->Close();  // before or after the call is queued: both end it
  client.join();
  EXPECT_EQ(told.code(), StatusCode::kUnavailable);
  EXPECT_EQ(door_->Perform("sweep", Json(Json::Object())).status().code(),
            StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::coordinator
