// Real processes on two hosts (network namespaces) under SIGKILL, SIGSTOP, a cut network and a full
// disk (a small tmpfs): every run ends with the same snapshot digest.
//
// SIGNET_SOAK_ROUNDS (default 1; deploy/test --full: 10) repeats the round of faults.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::RunProcess;

constexpr int kCustomers = 300;
constexpr Process::Seconds kPatience{180};
constexpr Process::Seconds kQuick{20};
constexpr char kIp[] = "/usr/sbin/ip";

int Rounds() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  const char* const text = ::getenv("SIGNET_SOAK_ROUNDS");
  return text != nullptr ? std::atoi(text) : 1;
}

bool Ip(const std::vector<std::string>& arguments) {
  ProcessOptions options;
  options.arguments = arguments;
  return RunProcess(kIp, options, kQuick).exit_code == 0;
}

/// Two hosts with one cable between them. Named by this process, removed with the object.
class Hosts {
 public:
  Hosts() : tag_(std::to_string(::getpid())) {
    ready_ = Ip({"netns", "add", host("a")}) && Ip({"netns", "add", host("b")}) &&
             Ip({"link", "add", "sa" + tag_, "type", "veth", "peer", "name", "sb" + tag_}) &&
             Plug("a", "10.199.7.1/24") && Plug("b", "10.199.7.2/24");
  }
  ~Hosts() {
    Ip({"netns", "del", host("a")});
    Ip({"netns", "del", host("b")});
  }
  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] std::string host(const std::string& name) const { return "sg" + tag_ + name; }
  /// Pulls the cable out, or puts it back.
  void Cable(bool plugged) const {
    EXPECT_TRUE(Ip({"-n", host("b"), "link", "set", "sb" + tag_, plugged ? "up" : "down"}));
  }
  [[nodiscard]] std::unique_ptr<Process> Start(const std::string& name,
                                               const std::string& program,
                                               const std::vector<std::string>& arguments) const {
    ProcessOptions options;
    options.arguments = {"netns", "exec", host(name), program};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    return Process::Start(kIp, options);
  }

 private:
  bool Plug(const std::string& name, const std::string& address) {
    const std::string link = "s" + name + tag_;
    return Ip({"link", "set", link, "netns", host(name)}) &&
           Ip({"-n", host(name), "addr", "add", address, "dev", link}) &&
           Ip({"-n", host(name), "link", "set", link, "up"}) &&
           Ip({"-n", host(name), "link", "set", "lo", "up"});
  }
  std::string tag_;
  bool ready_ = false;
};

class Soak : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> With(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return arguments;
  }
  static std::string Program(const std::string& name) {
    return (testing_support::ProgramFolder() / name).string();
  }
  [[nodiscard]] std::string Submit() const {
    const ProcessResult result = place_.Signet(With({"submit",
                                                     place_.pipeline().string(),
                                                     "-p",
                                                     "data=" + place_.data().string(),
                                                     "--no-cache"}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out.substr(0, result.out.find('\n'));
  }
  /// Waits until the step of `run` is under way.
  void Reach(const std::string& run, const std::string& step) const {
    const std::unique_ptr<Process> watch = place_.Start(With({"get", run, "-w"}));
    watch->WaitUntil([&] { return watch->err().find(step) != std::string::npos; }, kPatience);
    watch->Signal(SIGKILL);
    watch->Wait(kQuick);
  }
  /// Asks `top` until it says so.
  bool Until(const std::string& text, bool there = true) const {
    for (int i = 0; i < 600; ++i) {
      const ProcessResult top = place_.Signet(With({"top"}));
      if ((top.out.find(text) != std::string::npos) == there) return true;
    }
    return false;
  }
  void ExpectSameDigest(const std::string& run) const {
    const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
    ASSERT_EQ(got.exit_code, 0) << got.err;
    const Json report = ReportOf(got);
    EXPECT_EQ(report["status"].AsString(), "succeeded");
    EXPECT_EQ(ContentDigest(report), digest_);
  }

  Workplace place_;
  std::string digest_;
};

class SoakOnTwoHosts : public Soak {
 protected:
  void SetUp() override {
    if (::geteuid() != 0 || !fs::exists(kIp)) {
      GTEST_SKIP() << "network namespaces need root and iproute2";
    }
    hosts_ = std::make_unique<Hosts>();
    if (!hosts_->ready()) GTEST_SKIP() << "this machine permits no network namespaces";
    SetUpShop(place_, kCustomers);
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
    ProcessOptions options;
    options.arguments = {"--new-key=" + key().string()};
    const ProcessResult made = RunProcess(Program("signet-worker"), options, kQuick);
    ASSERT_EQ(made.exit_code, 0) << made.err;
    WriteText(place_.state() / "workers", made.out.substr(0, 40) + " elsewhere\n");
    StartCoordinator();
    StartWorker();
  }
  void TearDown() override {
    if (coordinator_ == nullptr) return;
    worker_->Signal(SIGTERM);
    EXPECT_EQ(worker_->Wait(kPatience).exit_code, 0) << "a worker drains and leaves";
    coordinator_->Signal(SIGTERM);
    EXPECT_EQ(coordinator_->Wait(kPatience).exit_code, 0);
    const ProcessResult verified =
        place_.Signet({"audit", "verify", "--state", place_.state().string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
  }
  [[nodiscard]] fs::path key() const { return place_.root() / "worker.key"; }
  void StartCoordinator() {
    coordinator_ =
        hosts_->Start("a",
                      Program("signet"),
                      With({"coordinator", "--workers", "0", "--listen", "tcp://10.199.7.1:7440"}));
    ASSERT_NE(coordinator_, nullptr);
    const bool up = coordinator_->WaitUntil(
        [&] { return coordinator_->err().find("coordinator up") != std::string::npos; }, kPatience);
    ASSERT_TRUE(up) << coordinator_->err();
    const std::string& greeting = coordinator_->err();
    server_key_ = greeting.substr(greeting.find("(key ") + 5, 40);
  }
  void StartWorker() {
    worker_ = hosts_->Start("b",
                            Program("signet-worker"),
                            {"--connect=tcp://10.199.7.1:7440",
                             "--server-key=" + server_key_,
                             "--secret-file=" + key().string(),
                             "--name=elsewhere",
                             "--slots=2"});
    ASSERT_NE(worker_, nullptr);
    ASSERT_TRUE(Until(" here "));
  }

  std::unique_ptr<Hosts> hosts_;
  std::unique_ptr<Process> coordinator_;
  std::unique_ptr<Process> worker_;
  std::string server_key_;
};

TEST_F(SoakOnTwoHosts, WhateverHappensARunEndsWithTheSameSnapshot) {
  for (int round = 0; round < Rounds(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::string run = Submit();
    Reach(run, "tokenise");
    hosts_->Cable(/*plugged=*/false);
    EXPECT_TRUE(Until(" here ", /*there=*/false)) << "a worker behind a cut cable is not there";
    hosts_->Cable(/*plugged=*/true);
    ExpectSameDigest(run);

    run = Submit();
    Reach(run, "gate");
    worker_->Signal(SIGSTOP);
    EXPECT_TRUE(Until(" here ", /*there=*/false)) << "nor is one that stands still";
    worker_->Signal(SIGCONT);
    ExpectSameDigest(run);

    run = Submit();
    Reach(run, "tokenise");
    worker_->Signal(SIGKILL);
    worker_->Wait(kQuick);
    StartWorker();
    ExpectSameDigest(run);

    run = Submit();
    Reach(run, "resolve");
    coordinator_->Signal(SIGKILL);
    coordinator_->Wait(kQuick);
    StartCoordinator();
    ExpectSameDigest(run);
  }
}

TEST_F(SoakOnTwoHosts, ARollingRestartLosesAndDoublesNothing) {
  const std::string run = Submit();
  Reach(run, "tokenise");
  coordinator_->Signal(SIGTERM);
  EXPECT_EQ(coordinator_->Wait(kPatience).exit_code, 0);
  StartCoordinator();
  worker_->Signal(SIGTERM);
  EXPECT_EQ(worker_->Wait(kPatience).exit_code, 0) << worker_->err();
  StartWorker();
  ExpectSameDigest(run);
  coordinator_->Signal(SIGTERM);
  EXPECT_EQ(coordinator_->Wait(kPatience).exit_code, 0);
  const ProcessResult log = place_.Signet(
      With({"audit", "tail", "--type", "snapshot.published", "--run", run, "-n", "1000"}));
  EXPECT_EQ(std::count(log.out.begin(), log.out.end(), '\n'), 1) << "published exactly once";
  StartCoordinator();
}

/// A state on a disk of its own.
class SoakOnASmallDisk : public Soak {
 protected:
  void SetUp() override {
    fs::create_directories(place_.state());
    if (::geteuid() != 0 ||
        ::mount("none", place_.state().c_str(), "tmpfs", 0, "size=96m,mode=0700") != 0) {
      GTEST_SKIP() << "this machine permits no mounts";
    }
    mounted_ = true;
    SetUpShop(place_, kCustomers);
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
  }
  void TearDown() override {
    if (mounted_) ::umount2(place_.state().c_str(), MNT_DETACH);
  }
  [[nodiscard]] std::unique_ptr<Process> StartDev() const {
    std::unique_ptr<Process> dev = place_.Start(With({"dev"}));
    EXPECT_TRUE(dev->WaitUntil(
        [&] { return dev->err().find("coordinator up") != std::string::npos; }, kPatience))
        << dev->err();
    return dev;
  }
  bool mounted_ = false;
};

TEST_F(SoakOnASmallDisk, AFullDiskStopsTheCoordinatorAndWithSpaceItGoesOn) {
  std::unique_ptr<Process> dev = StartDev();
  const std::string run = Submit();
  Reach(run, "tokenise");
  const fs::path ballast = place_.state() / "ballast";
  std::string filler(1 << 20U, 'x');
  int parts = 0;
  while (WriteFileAtomically(ballast.string() + std::to_string(parts), AsBytes(filler)).ok()) {
    ++parts;
  }
  // Either a write of the journal meets the full disk, and the coordinator stops with code 4, or
  // the tasks meet it, are tried again, and fail the run in the end, which says so.
  const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
  for (int i = 0; i <= parts; ++i) fs::remove(ballast.string() + std::to_string(i));
  if (place_.Signet(With({"top"})).exit_code != 0) {
    EXPECT_EQ(dev->Wait(kPatience).exit_code, 4) << dev->err();
    dev = StartDev();
    ExpectSameDigest(run);
  } else if (got.exit_code != 0) {
    EXPECT_EQ(got.exit_code, 4) << got.err;
    EXPECT_NE(got.err.find("unavailable"), std::string::npos) << got.err;
  }
  const std::string next = Submit();
  ExpectSameDigest(next);
  dev->Signal(SIGTERM);
  EXPECT_EQ(dev->Wait(kPatience).exit_code, 0);
}

}  // namespace
}  // namespace signet::e2e
