/// A coordinator without workers, a keeper of schedules, and a small pipeline that has one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/requests/run_host.h"
#include "coordinator/requests/run_notices.h"
#include "coordinator/requests/schedule_keeper.h"
#include "crypto/base/file.h"
#include "tests/coordinator/binding/small_sources.h"
#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {

inline const std::string& ScheduledPipeline() {
  static const std::string kText = std::string(R"(signet: 1
pipeline: small
policies: [gdpr]
settings: {partitions: 2}
)") + kSmallSources + R"(  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {orders: orders}
    sql: SELECT subject, count(*) AS orders_count, sum(amount) AS spend FROM orders GROUP BY subject
  buyers:
    uses: segment
    purpose: marketing.segmentation
    from: profile
    where: orders_count >= 1 AND spend > 0
)";
  return kText;
}

class ScheduleWorld : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    WriteText("orders.csv", kSmallOrders);
    clock_.JumpWall(*TimestampFromText("2026-03-02T05:30:00Z"));
    Start();
  }
  void TearDown() override { Stop(); }
  void Start() {
    CoordinatorOptions options;
    options.seed = 1;
    auto opened = Coordinator::OpenOn(
        options, workers::InProcessHub::Create()->Serve(), state_->store(), clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    coordinator_ = std::move(opened).value();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    host_ = std::make_unique<RunHost>(*state_, *ledger_, *coordinator_);
    hooks_ = std::make_unique<HookSender>(
        [this](const std::string& url, const std::string& body) -> Result<int> {
          const std::lock_guard<std::mutex> lock(posted_mutex_);
          posted_.push_back(url + " " + body);
          return 200;
        });
    notices_ = std::make_unique<RunNotices>(state_->store(), clock_, *hooks_);
    host_->Tell(*notices_);
    ASSERT_TRUE(host_->ResumeAll().ok());
    ASSERT_TRUE(notices_->Load([this](const RunId& run) { return coordinator_->View(run); }).ok());
    LaneTools tools = ScheduleKeeper::RealTools();
    tools.poll_ms = 1;
    if (plan_) tools.plan = plan_;
    keeper_ = std::make_unique<ScheduleKeeper>(*state_, *host_, *notices_, tools);
    ASSERT_TRUE(keeper_->Load().ok());
  }
  void Stop() {
    keeper_.reset();
    host_.reset();
    notices_.reset();
    hooks_.reset();
    ledger_.reset();
    coordinator_.reset();
  }
  /// As after kill -9.
  void Restart() {
    Stop();
    Reopen();
    Start();
  }
  void WriteText(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes(text)).ok());
  }
  /// Adds the pipeline with these lines at its end.
  Result<Json> Add(const std::string& lines, const std::string& name = "small") {
    std::string text = ScheduledPipeline() + lines;
    text.replace(text.find("pipeline: small"), 15, "pipeline: " + name);
    WriteText(name + ".yaml", text);
    RunRequest request;
    request.file = scratch_.path() / (name + ".yaml");
    request.base = scratch_.path();
    request.bundles = "policies/bundles";
    request.owner = "ada";
    ASSIGN_OR_RETURN(const PreparedRun prepared, PrepareRun(request, clock_.Now()));
    return keeper_->Add(prepared);
  }
  void Turn() {
    clock_.Advance(250'000);
    keeper_->Turn();
    notices_->Turn();
    const Result<bool> turned = coordinator_->Turn();
    ASSERT_TRUE(turned.ok()) << turned.status().message();
    host_->Turn();
  }
  /// Turns until `holds`; false after a minute.
  bool TurnUntil(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > until) return false;
      Turn();
      std::this_thread::yield();
    }
    return true;
  }
  void GoTo(const std::string& time) { clock_.JumpWall(*TimestampFromText(time)); }
  [[nodiscard]] Json One(const std::string& name = "small") {
    const Json all = keeper_->All();
    for (const Json& schedule : all.items()) {
      if (schedule["schedule"].AsString() == name) return schedule;
    }
    return Json();
  }
  [[nodiscard]] size_t RunCount() const { return coordinator_->Runs().size(); }
  /// Ends what is under way.
  void CancelAll() {
    for (const RunId& run : coordinator_->UnfinishedRuns()) coordinator_->Cancel(run, "by test");
    ASSERT_TRUE(TurnUntil([&] { return coordinator_->UnfinishedRuns().empty(); }));
  }
  [[nodiscard]] std::vector<std::string> posted() {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    return posted_;
  }

  std::function<Result<PreparedRun>(RunRequest, Timestamp)> plan_;
  std::mutex posted_mutex_;
  std::vector<std::string> posted_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<HookSender> hooks_;
  std::unique_ptr<RunNotices> notices_;
  std::unique_ptr<RunHost> host_;
  std::unique_ptr<ScheduleKeeper> keeper_;
};

}  // namespace signet::coordinator
