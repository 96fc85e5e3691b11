/// A coordinator whose loop turns in a thread, with its control door open.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "coordinator/api/control_server.h"
#include "coordinator/requests/run_notices.h"
#include "coordinator/requests/schedule_keeper.h"
#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {

class ControlWorld : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    CoordinatorOptions options;
    options.seed = 1;
    auto opened = Coordinator::OpenOn(
        options, workers::InProcessHub::Create()->Serve(), state_->store(), system_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    coordinator_ = std::move(opened).value();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    host_ = std::make_unique<RunHost>(*state_, *ledger_, *coordinator_);
    hooks_ = std::make_unique<HookSender>(
        [](const std::string&, const std::string&) -> Result<int> { return 200; });
    notices_ = std::make_unique<RunNotices>(state_->store(), system_, *hooks_);
    schedules_ =
        std::make_unique<ScheduleKeeper>(*state_, *host_, *notices_, ScheduleKeeper::RealTools());
    ControlServerOptions control;
    control.schedules = schedules_.get();
    control.socket = socket();
    control.state = state_->path();
    control.bundles = "policies/bundles";
    auto listening = ControlServer::Listen(control, *coordinator_, *host_, system_);
    ASSERT_TRUE(listening.ok()) << listening.status().message();
    server_ = std::move(listening).value();
    loop_ = std::thread([this] {
      const Status served = coordinator_->Serve([this] { return stop_.load(); });
      EXPECT_TRUE(served.ok()) << served.message();
    });
  }
  void TearDown() override {
    server_.reset();
    stop_ = true;
    if (loop_.joinable()) loop_.join();
    schedules_.reset();
    host_.reset();
    notices_.reset();
    hooks_.reset();
    ledger_.reset();
    coordinator_.reset();
  }
  [[nodiscard]] std::filesystem::path socket() const { return scratch_.path() / "control.sock"; }

  SystemClock system_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<RunHost> host_;
  std::unique_ptr<HookSender> hooks_;
  std::unique_ptr<RunNotices> notices_;
  std::unique_ptr<ScheduleKeeper> schedules_;
  std::unique_ptr<ControlServer> server_;
  std::atomic<bool> stop_{false};
  std::thread loop_;
};

}  // namespace signet::coordinator
