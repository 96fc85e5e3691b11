// Runs whose process died go on where they were: nothing lost, nothing published twice.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <signal.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr int kCustomers = 300;
constexpr Process::Seconds kPatience{120};

class Resume : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    // The first run gives the persons their ids: from then on equal data have equal digests.
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
    for (const auto& entry : fs::directory_iterator(place_.state() / "runs")) {
      first_run_ = entry.path().filename().string();
    }
  }

  /// The runs that the state knows, but the first.
  [[nodiscard]] std::set<std::string> Runs() const {
    std::set<std::string> runs;
    for (const auto& entry : fs::directory_iterator(place_.state() / "runs")) {
      runs.insert(entry.path().filename().string());
    }
    runs.erase(first_run_);
    return runs;
  }
  /// How often the log says that the run published.
  [[nodiscard]] int Publications(const std::string& run) const {
    const ProcessResult log = place_.Signet(
        With({"audit", "tail", "--type", "snapshot.published", "--run", run, "-n", "1000"}));
    EXPECT_EQ(log.exit_code, 0) << log.err;
    return static_cast<int>(std::count(log.out.begin(), log.out.end(), '\n'));
  }
  void ExpectSoundLog() const {
    const ProcessResult verified =
        place_.Signet({"audit", "verify", "--state", place_.state().string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
  }
  [[nodiscard]] std::vector<std::string> With(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return arguments;
  }
  /// `signet dev`, up and answering.
  [[nodiscard]] std::unique_ptr<Process> StartDev(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = With({"dev"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::unique_ptr<Process> dev = place_.Start(arguments);
    EXPECT_NE(dev, nullptr);
    const bool up = dev->WaitUntil(
        [&] { return dev->err().find("coordinator up") != std::string::npos; }, kPatience);
    EXPECT_TRUE(up) << dev->err();
    return dev;
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

  Workplace place_;
  std::string digest_;
  std::string first_run_;
};

TEST_F(Resume, AKilledRunGoesOnWhereItWas) {
  const std::unique_ptr<Process> killed = place_.Start(place_.RunArguments());
  ASSERT_TRUE(killed->WaitUntil([&] { return killed->err().find("gate.crm") != std::string::npos; },
                                kPatience))
      << killed->err();
  killed->Signal(SIGKILL);
  killed->Wait(kPatience);
  const std::set<std::string> left = Runs();
  ASSERT_EQ(left.size(), 1U);

  const ProcessResult again = place_.Signet(place_.RunArguments());
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("resuming run " + *left.begin()), std::string::npos) << again.err;
  const Json report = ReportOf(again);
  EXPECT_EQ(report["run"].AsString(), *left.begin());
  EXPECT_EQ(ContentDigest(report), digest_);
  EXPECT_EQ(MembersOf(report), ShopMembers(kCustomers));
  // What was done is not done again.
  for (const char* step : {"tokenise.crm", "tokenise.orders", "resolve"}) {
    EXPECT_EQ(StepOf(report, step)["attempts"].AsInt(), StepOf(report, step)["tasks"].AsInt());
  }
  EXPECT_EQ(Runs(), left) << "the same run, not another";
  EXPECT_EQ(Publications(*left.begin()), 1);
  ExpectSoundLog();
}

TEST_F(Resume, AKilledCoordinatorTakesItsRunsUpAgainAndAgain) {
  std::string run;
  for (const char* step : {"tokenise.orders", "resolve", "gate.orders", "profile"}) {
    SCOPED_TRACE(step);
    const std::unique_ptr<Process> dev = StartDev();
    if (run.empty()) run = Submit();
    const std::unique_ptr<Process> watch = place_.Start(With({"get", run, "-w"}));
    // It may be past the step already; then it is killed at once.
    watch->WaitUntil([&] { return watch->err().find(step) != std::string::npos; }, kPatience);
    dev->Signal(SIGKILL);
    dev->Wait(kPatience);
    watch->Wait(kPatience);
  }
  const std::unique_ptr<Process> dev = StartDev();
  const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
  ASSERT_EQ(got.exit_code, 0) << got.err;
  const Json report = ReportOf(got);
  EXPECT_EQ(report["status"].AsString(), "succeeded");
  EXPECT_EQ(ContentDigest(report), digest_);
  EXPECT_EQ(report["run"].AsString(), run);
  dev->Signal(SIGTERM);
  EXPECT_EQ(dev->Wait(kPatience).exit_code, 0);
  EXPECT_EQ(Publications(run), 1);
  ExpectSoundLog();
}

TEST_F(Resume, AStateRestoredFromABackupInTheMiddleOfARunGoesOnInAFreshFolder) {
  const std::unique_ptr<Process> killed = StartDev();
  const std::string run = Submit();
  const std::unique_ptr<Process> watch = place_.Start(With({"get", run, "-w"}));
  watch->WaitUntil([&] { return watch->err().find("gate.orders") != std::string::npos; },
                   kPatience);
  killed->Signal(SIGKILL);
  killed->Wait(kPatience);
  watch->Wait(kPatience);
  const fs::path backup = place_.root() / "backup";
  const fs::path custody = place_.root() / "custody-copy";
  const ProcessResult taken = place_.Signet(
      With({"keys", "backup", "--out", backup.string(), "--custody-out", custody.string()}));
  ASSERT_EQ(taken.exit_code, 0) << taken.err;
  // The machine is lost: nothing of the old state is left.
  fs::remove_all(place_.state());
  const ProcessResult restored = place_.Signet(
      With({"keys", "restore", "--from", backup.string(), "--custody-from", custody.string()}));
  ASSERT_EQ(restored.exit_code, 0) << restored.err;

  const std::unique_ptr<Process> dev = StartDev();
  const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
  ASSERT_EQ(got.exit_code, 0) << got.err;
  const Json report = ReportOf(got);
  EXPECT_EQ(report["status"].AsString(), "succeeded");
  EXPECT_EQ(ContentDigest(report), digest_) << "and its digest is that of a run without a loss";
  // What was done before the backup is not done again.
  EXPECT_EQ(StepOf(report, "resolve")["attempts"].AsInt(), 1);
  dev->Signal(SIGTERM);
  EXPECT_EQ(dev->Wait(kPatience).exit_code, 0);
  EXPECT_EQ(Publications(run), 1);
  ExpectSoundLog();
}

TEST_F(Resume, ARerunOfWhatFailedTakesWhatHadSucceededAndComputesTheRest) {
  const fs::path pipeline = place_.root() / "failing.yaml";
  std::string text = Replaced(ShopPipeline(),
                              "  as_of: {type: date, default: 2026-01-01}\n",
                              "  as_of: {type: date, default: 2026-01-01}\n"
                              "  word: {type: text, default: oops}\n");
  text = Replaced(
      text,
      "  buyers:\n",
      "  late:\n"
      "    uses: sql\n"
      "    purpose: marketing.segmentation\n"
      "    inputs: {p: profile}\n"
      "    sql: SELECT subject, CAST(concat($word, CAST(orders_count AS VARCHAR)) AS BIGINT) "
      "AS n FROM p\n"
      "  buyers:\n");
  WriteText(pipeline, text);
  const std::unique_ptr<Process> dev = StartDev();
  const ProcessResult submitted = place_.Signet(
      With({"submit", pipeline.string(), "-p", "data=" + place_.data().string(), "--no-cache"}));
  ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  const std::string run = submitted.out.substr(0, submitted.out.find('\n'));
  const ProcessResult failed = place_.Signet(With({"get", run, "-w", "--format", "json"}));
  ASSERT_NE(failed.exit_code, 0) << failed.out;
  const Json first = ReportOf(failed);
  ASSERT_EQ(first["status"].AsString(), "failed") << failed.out;
  ASSERT_EQ(StepOf(first, "profile")["state"].AsString(), "succeeded");
  EXPECT_EQ(StepOf(first, "profile")["attempts"].AsInt(), 2) << "computed, for each partition";

  const ProcessResult again = place_.Signet(With({"rerun", run, "--failed", "-p", "word=1"}));
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const std::string second = again.out.substr(0, again.out.find('\n'));
  const ProcessResult got = place_.Signet(With({"get", second, "-w", "--format", "json"}));
  ASSERT_EQ(got.exit_code, 0) << got.err;
  const Json report = ReportOf(got);
  EXPECT_EQ(report["status"].AsString(), "succeeded");
  EXPECT_EQ(StepOf(report, "profile")["attempts"].AsInt(), 0) << "taken from the failed run";
  EXPECT_EQ(StepOf(report, "profile")["done"].AsInt(), 2);
  EXPECT_EQ(StepOf(report, "late")["attempts"].AsInt(), 2) << "computed";
  EXPECT_EQ(ContentDigest(report), digest_);
  dev->Signal(SIGTERM);
  EXPECT_EQ(dev->Wait(kPatience).exit_code, 0);
  ExpectSoundLog();
}

TEST_F(Resume, AWorkerElsewhereKeepsItsTaskWhileTheCoordinatorIsAway) {
  const fs::path worker_key = place_.root() / "worker.key";
  ProcessOptions options;
  options.arguments = {"--new-key=" + worker_key.string()};
  const fs::path program = testing_support::ProgramFolder() / "signet-worker";
  const ProcessResult made = testing_support::RunProcess(program, options, kPatience);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  WriteText(place_.state() / "workers", made.out.substr(0, 40) + " elsewhere\n");

  std::unique_ptr<Process> coordinator =
      StartDev({"--workers", "0", "--listen", "tcp://127.0.0.1:*"});
  const std::string& greeting = coordinator->err();
  const size_t at = greeting.find("tcp://127.0.0.1:");
  const std::string endpoint = greeting.substr(at, greeting.find(' ', at) - at);
  const size_t key_at = greeting.find("(key ") + 5;
  options.arguments = {"--connect=" + endpoint,
                       "--server-key=" + greeting.substr(key_at, 40),
                       "--secret-file=" + worker_key.string(),
                       "--name=elsewhere"};
  const std::unique_ptr<Process> worker = Process::Start(program, options);
  ASSERT_NE(worker, nullptr);
  const std::string run = Submit();
  const std::unique_ptr<Process> watch = place_.Start(With({"get", run, "-w"}));
  ASSERT_TRUE(watch->WaitUntil(
      [&] { return watch->err().find("tokenise.crm") != std::string::npos; }, kPatience))
      << watch->err();
  coordinator->Signal(SIGKILL);
  coordinator->Wait(kPatience);
  watch->Wait(kPatience);

  coordinator = StartDev({"--workers", "0", "--listen", endpoint});
  const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
  ASSERT_EQ(got.exit_code, 0) << got.err;
  const Json report = ReportOf(got);
  EXPECT_EQ(ContentDigest(report), digest_);
  // The same worker process held its lease over the restart. A lease that was on its way to the
  // worker when the coordinator died is granted anew: one at most, since it has one slot.
  int64_t again = 0;
  for (const Json& step : report["steps"].items()) {
    again += step["attempts"].AsInt() - step["tasks"].AsInt();
  }
  EXPECT_LE(again, 1);
  EXPECT_GE(again, 0);
  worker->Signal(SIGTERM);
  EXPECT_EQ(worker->Wait(kPatience).exit_code, 0);
}

TEST_F(Resume, AFolderThatIsGoneCancelsTheRunAndSaysWhy) {
  const std::unique_ptr<Process> killed = place_.Start(place_.RunArguments());
  ASSERT_TRUE(killed->WaitUntil(
      [&] { return killed->err().find("tokenise.crm") != std::string::npos; }, kPatience));
  killed->Signal(SIGKILL);
  killed->Wait(kPatience);
  const std::string left = *Runs().begin();
  fs::remove_all(place_.state() / "runs" / left);
  const ProcessResult again = place_.Signet(place_.RunArguments());
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("cannot be resumed"), std::string::npos) << again.err;
  EXPECT_NE(ReportOf(again)["run"].AsString(), left);
  EXPECT_EQ(ContentDigest(ReportOf(again)), digest_);
}

TEST_F(Resume, TheControlDoorAnswersOnlyItsOwnerAndSaysWhatItIsAskedFor) {
  const std::unique_ptr<Process> dev = StartDev();
  const fs::perms mode = fs::status(place_.state() / "control.sock").permissions();
  EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  const ProcessResult submitted = place_.Signet(With({"submit",
                                                      place_.pipeline().string(),
                                                      "-p",
                                                      "data=" + place_.data().string(),
                                                      "-w",
                                                      "--format",
                                                      "json"}));
  ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  const std::string run = ReportOf(submitted)["run"].AsString();
  EXPECT_EQ(ContentDigest(ReportOf(submitted)), digest_);

  const ProcessResult logs = place_.Signet(With({"logs", "last", "-f"}));
  EXPECT_NE(logs.out.find("leased"), std::string::npos) << logs.out;
  EXPECT_NE(logs.out.find("publish/0"), std::string::npos) << logs.out;
  const ProcessResult why = place_.Signet(With({"why", run + "/publish/0"}));
  EXPECT_NE(why.out.find("publish/0 succeeded"), std::string::npos) << why.out << why.err;
  const ProcessResult cancelled = place_.Signet(With({"cancel", "last"}));
  EXPECT_EQ(cancelled.exit_code, 1);
  EXPECT_NE(cancelled.err.find("'" + run + "' has succeeded already"), std::string::npos)
      << cancelled.err;
  const ProcessResult unknown = place_.Signet(With({"get", run.substr(0, 12) + "x"}));
  EXPECT_NE(unknown.exit_code, 0);
  EXPECT_NE(unknown.err.find("help: "), std::string::npos) << unknown.err;
  const ProcessResult refused = place_.Signet(With({"submit",
                                                    place_.pipeline().string(),
                                                    "-p",
                                                    "data=" + place_.data().string(),
                                                    "-p",
                                                    "as_of=soon"}));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("SIG-3015"), std::string::npos) << refused.err;
  const ProcessResult top = place_.Signet(With({"top", "--format", "json"}));
  EXPECT_EQ(ReportOf(top)["workers"].size(), 2U) << top.out;

  // A second coordinator, and `signet run`, are told who holds the state.
  const ProcessResult second = place_.Signet(With({"dev"}));
  EXPECT_EQ(second.exit_code, 4);
  dev->Signal(SIGTERM);
  EXPECT_EQ(dev->Wait(kPatience).exit_code, 0);
  const ProcessResult gone = place_.Signet(With({"get"}));
  EXPECT_EQ(gone.exit_code, 4);
  EXPECT_NE(gone.err.find("signet dev"), std::string::npos) << gone.err;
}

}  // namespace
}  // namespace signet::e2e
