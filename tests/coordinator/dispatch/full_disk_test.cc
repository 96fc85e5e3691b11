// A disk that is really full (a small tmpfs under RocksDB): the coordinator stops with the store's
// reason, and what it had accepted is there when it starts again with space.
#include <filesystem>
#include <memory>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include "coordinator/dispatch/coordinator.h"
#include "crypto/store/kv_store.h"
#include "tests/coordinator/dispatch/recording_binder.h"
#include "tests/support/environment.h"
#include "workers/transport/in_process.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(disk());
    if (::geteuid() != 0 ||
        ::mount("none", disk().c_str(), "tmpfs", 0, "size=24m,mode=0700") != 0) {
      GTEST_SKIP() << "this machine permits no mounts";
    }
    mounted_ = true;
    Open();
  }
  void TearDown() override {
    coordinator_.reset();
    store_.reset();
    if (mounted_) ::umount2(disk().c_str(), MNT_DETACH);
  }
  [[nodiscard]] fs::path disk() const { return scratch_.path() / "disk"; }
  void Open() {
    auto store = crypto::OpenRocksStore(
        disk() / "store", SecretBytes::CopyOf(Bytes(32, uint8_t{7})), entropy_);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    store_ = std::move(*store);
    hub_ = workers::InProcessHub::Create();
    auto opened = Coordinator::OpenOn({}, hub_->Serve(), *store_, clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    coordinator_ = std::move(*opened);
  }
  /// A run whose journal entry takes a quarter of a megabyte that cannot be compressed.
  RunSpec BigRun(int number) {
    RunSpec spec;
    spec.id = RunId("run-" + std::to_string(number));
    Bytes noise(size_t{256} << 10U);
    entropy_.Fill(noise);
    spec.context = std::string(AsText(noise));
    spec.steps.resize(1);
    spec.steps[0].id = StepId("a");
    return spec;
  }

  testing_support::ScratchFolder scratch_;
  bool mounted_ = false;
  ManualClock clock_{Timestamp{1'760'000'000'000'000}};
  SeededEntropy entropy_{1};
  std::unique_ptr<crypto::KvStore> store_;
  std::shared_ptr<workers::InProcessHub> hub_;
  std::unique_ptr<Coordinator> coordinator_;
  RecordingBinder binder_{[](const TaskRef& task) { return task.Text(); }};
};

TEST_F(FullDisk, StopsTheCoordinatorWithItsReasonAndLosesNothingThatItAccepted) {
  std::vector<RunId> accepted;
  Status refused;
  for (int i = 0; i < 400 && refused.ok(); ++i) {
    const Result<RunId> run = coordinator_->Submit(BigRun(i), binder_);
    if (run.ok()) {
      accepted.push_back(*run);
    } else {
      refused = run.status();
    }
  }
  ASSERT_FALSE(refused.ok()) << "the disk of 24 MB is never full";
  EXPECT_TRUE(refused.code() == StatusCode::kUnavailable ||
              refused.code() == StatusCode::kUnknownOutcome)
      << refused.ToString();
  EXPECT_NE(refused.message().find("could not be written"), std::string::npos);
  EXPECT_GT(accepted.size(), 10U);
  // It has stopped: what is in memory is ahead of what is durable, so it does nothing more.
  EXPECT_FALSE(coordinator_->Turn().ok());
  EXPECT_FALSE(coordinator_->Serve([] { return false; }).ok());
  EXPECT_FALSE(coordinator_->Submit(BigRun(999), binder_).ok());
  coordinator_.reset();
  store_.reset();
  ASSERT_EQ(::mount("none", disk().c_str(), "tmpfs", MS_REMOUNT, "size=128m,mode=0700"), 0);
  Open();
  for (const RunId& run : accepted) {
    EXPECT_TRUE(coordinator_->View(run).ok()) << run.text() << " was accepted, and is lost";
  }
  EXPECT_LE(coordinator_->Runs().size(), accepted.size() + 1);
  EXPECT_TRUE(coordinator_->Submit(BigRun(1'000), binder_).ok()) << "with space it goes on";
}

}  // namespace
}  // namespace signet::coordinator
