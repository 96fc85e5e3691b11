// A process that dies at any moment of a request: another one goes on, and there is exactly one
// receipt for each stage, with one entry of the log that names it.
#include <filesystem>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "coordinator/requests/rights_desk.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;
using policies::Right;

/// Ends the process, as a kill does, when it is asked for the time once too often. Desks ask before
/// each durable step, so that every gap between two of them is met.
class FatalClock final : public Clock {
 public:
  static constexpr int kDied = 9;
  Timestamp Now() override {
    if (armed_ && --left_ < 0) ::_exit(kDied);
    return {1'790'000'000'000'000 + ++ticks_};
  }
  int64_t MonotonicMicros() override { return ++ticks_; }
  /// After `calls` more.
  void Arm(int calls) {
    armed_ = true;
    left_ = calls;
  }

 private:
  bool armed_ = false;
  int left_ = 0;
  int64_t ticks_ = 0;
};

LocatedSubject SomePerson() {
  LocatedSubject person;
  person.subject.value[15] = 7;
  person.subjects = {person.subject};
  Uuid link{};
  link[0] = 7;
  person.links = {link};
  return person;
}

/// What a process opens; made anew in each.
struct Opened {
  explicit Opened(const fs::path& path)
      : state(StateFolder::Open(path, clock, entropy).value()),
        ledger(*state),
        desk(
            *state,
            ledger,
            [](const RunSpec&, RunBinder&) -> Result<RunView> { return Unavailable("no worker"); },
            [this] { return RunId("20261122t033831-" + UuidText(entropy.RandomUuid())); }) {}

  FatalClock clock;
  SystemEntropy entropy;
  std::unique_ptr<StateFolder> state;
  LedgerBook ledger;
  RightsDesk desk;
};

class RightsCrash : public ::testing::TestWithParam<Right> {
 protected:
  void SetUp() override {
    Opened opened(state());
    ASSERT_TRUE(opened.state->FixPartitions(2).ok());
  }
  [[nodiscard]] fs::path state() const { return scratch_.path() / "state"; }

  /// Asks in a process of its own, which dies at the `calls`-th look at the clock. Whether it
  /// lived.
  [[nodiscard]] bool AskAndDie(int calls) const {
    const pid_t child = ::fork();
    if (child == 0) {
      Opened opened(state());
      if (!opened.ledger.LoadVersion().ok()) ::_exit(2);
      Asked asked;
      asked.right = GetParam();
      asked.law = "gdpr";
      opened.clock.Arm(calls);
      ::_exit(opened.desk.Ask(SomePerson(), asked).ok() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) &&
                (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FatalClock::kDied))
        << status;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  [[nodiscard]] size_t Receipts(const std::string& stage) const {
    std::error_code error;
    size_t count = 0;
    for (fs::directory_iterator at(state() / "receipts", error), end; !error && at != end;
         at.increment(error)) {
      count += at->path().string().ends_with("-" + stage + ".json") ? 1U : 0U;
    }
    return count;
  }
  static size_t Entries(Opened& opened, const std::string& type) {
    size_t count = 0;
    const Status scanned =
        opened.state->audit().reader().Scan(0, [&](uint64_t, ByteView entry) -> Status {
          count += AsText(entry).find("\"" + type + "\"") != std::string_view::npos ? 1U : 0U;
          return OkStatus();
        });
    EXPECT_TRUE(scanned.ok());
    return count;
  }

  testing_support::ScratchFolder scratch_;
};

TEST_P(RightsCrash, AtAnyMomentLeavesARequestThatEndsWithOneReceiptPerStage) {
  const bool erasure = GetParam() == Right::kErasure;
  constexpr int kCallsMax = 200;
  size_t requests = 0;
  for (int calls = 0; calls < kCallsMax; ++calls) {
    SCOPED_TRACE("dies at look " + std::to_string(calls));
    const bool lived = AskAndDie(calls);
    Opened opened(state());
    ASSERT_TRUE(opened.ledger.LoadVersion().ok());
    const Status resumed = opened.desk.Resume();
    ASSERT_TRUE(resumed.ok()) << resumed.ToString();
    if (erasure) {
      const Result<Json> swept = opened.desk.SweepErasures();
      ASSERT_TRUE(swept.ok()) << swept.status().ToString();
    }
    EXPECT_TRUE(opened.desk.book().Open()->empty()) << "nobody waits";
    // One more, or none where the process died before the request was durable.
    requests = Entries(opened, "right.requested");
    const size_t stages = erasure ? 2 : 1;
    EXPECT_EQ(Entries(opened, "right.answered"), requests * stages);
    EXPECT_EQ(Receipts(erasure ? "destroyed" : "done"), requests);
    if (erasure) {
      EXPECT_EQ(Receipts("withdrawn"), requests);
    }
    EXPECT_TRUE(opened.state->audit().VerifyAll().ok());
    if (lived) break;
    ASSERT_LT(calls + 1, kCallsMax) << "the request never ends";
  }
  EXPECT_GT(requests, 3U) << "it died before anything was durable only";
}

std::string NameOf(const ::testing::TestParamInfo<Right>& info) {
  return std::string(policies::RightName(info.param)) == "opt_out"
             ? "OptOut"
             : (info.param == Right::kErasure ? "Erasure" : "Objection");
}

INSTANTIATE_TEST_SUITE_P(Each,
                         RightsCrash,
                         ::testing::Values(Right::kOptOut, Right::kErasure),
                         NameOf);

}  // namespace
}  // namespace signet::coordinator
