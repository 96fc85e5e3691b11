#include "coordinator/simulator/simulation.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace signet::coordinator {
namespace {

/// 1,000, or what SIGNET_SIM_SEEDS says (deploy/test --full: 10,000).
int Seeds() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  const char* const text = ::getenv("SIGNET_SIM_SEEDS");
  return text != nullptr ? std::atoi(text) : 1'000;
}

TEST(Simulation, AThousandSeedsKeepThePromises) {
  SimulationReport sum;
  const Status status = RunSimulations(1, Seeds(), {}, [&](const SimulationReport& report) {
    sum.runs += report.runs;
    sum.succeeded += report.succeeded;
    sum.due += report.due;
    sum.leases += report.leases;
    sum.second_attempts += report.second_attempts;
    sum.frames += report.frames;
    sum.frames_lost += report.frames_lost;
    sum.worker_crashes += report.worker_crashes;
    sum.coordinator_crashes += report.coordinator_crashes;
    sum.consent_changes += report.consent_changes;
    sum.cancels += report.cancels;
  });
  EXPECT_TRUE(status.ok()) << status.message() << "; replay with: signet sim --seed N --runs 1";
  std::printf(
      "[ figure ] %d seeds: %d runs (%d succeeded), %llu frames (%llu lost), "
      "%d worker and %d coordinator crashes\n",
      Seeds(),
      sum.runs,
      sum.succeeded,
      static_cast<unsigned long long>(sum.frames),
      static_cast<unsigned long long>(sum.frames_lost),
      sum.worker_crashes,
      sum.coordinator_crashes);
  // A simulation in which nothing happens would keep every promise.
  EXPECT_GT(sum.succeeded, 100);
  EXPECT_GT(sum.coordinator_crashes, 100);
  EXPECT_GT(sum.frames_lost, 1'000U);
  EXPECT_GT(sum.due, 1'000);
  EXPECT_GT(sum.second_attempts, 100U);
  EXPECT_GT(sum.consent_changes, 1'000);
  EXPECT_GT(sum.cancels, 50);
}

TEST(Simulation, TheSameSeedGivesTheSameCourse) {
  for (const uint64_t seed : {3U, 17U, 99U}) {
    const auto first = RunSimulation(seed);
    const auto second = RunSimulation(seed);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(first->frames, second->frames);
    EXPECT_EQ(first->simulated_ms, second->simulated_ms);
    EXPECT_EQ(first->tasks_committed, second->tasks_committed);
  }
}

class Mutated : public testing::TestWithParam<std::pair<const char*, Mutation>> {};

TEST_P(Mutated, IsFoundWithinThreeHundredSeeds) {
  SimulationOptions options;
  options.mutation = GetParam().second;
  int seeds = 0;
  const Status status =
      RunSimulations(1, 300, options, [&](const SimulationReport& /*r*/) { ++seeds; });
  EXPECT_FALSE(status.ok()) << "the simulator has no teeth against " << GetParam().first;
  std::printf("[ figure ] %s found at seed %d: %s\n",
              GetParam().first,
              seeds + 1,
              status.message().c_str());
}

TEST(Simulation, AResultThatNamesSomebodyWhoWithdrewMeanwhileIsFound) {
  SimulationOptions options;
  options.forget_consent = true;
  const Status status = RunSimulations(1, 300, options, nullptr);
  ASSERT_FALSE(status.ok()) << "the simulator has no teeth against a forgotten withdrawal";
  EXPECT_NE(status.message().find("consent: effect/"), std::string::npos) << status.message();
}

INSTANTIATE_TEST_SUITE_P(Defects,
                         Mutated,
                         testing::Values(std::pair{"SkipFence", Mutation::kSkipFence},
                                         std::pair{"AckBeforeDurable", Mutation::kAckBeforeDurable},
                                         std::pair{"ForgetAttempt", Mutation::kForgetAttempt},
                                         std::pair{"LeakSlot", Mutation::kLeakSlot},
                                         std::pair{"ForgetRun", Mutation::kForgetRun},
                                         std::pair{"ForgetPoolLimit", Mutation::kForgetPoolLimit},
                                         std::pair{"SplitGang", Mutation::kSplitGang},
                                         std::pair{"IgnoreLane", Mutation::kIgnoreLane},
                                         std::pair{"NeverExpire", Mutation::kNeverExpire},
                                         std::pair{"ForgetEffects", Mutation::kForgetEffects},
                                         std::pair{"UndoNothing", Mutation::kUndoNothing},
                                         std::pair{"SkipReplay", Mutation::kSkipReplay},
                                         std::pair{"ForgetBeside", Mutation::kForgetBeside},
                                         std::pair{"NoEnd", Mutation::kNoEnd},
                                         std::pair{"CommitLoser", Mutation::kCommitLoser},
                                         std::pair{"ForgetSecondSlot",
                                                   Mutation::kForgetSecondSlot}),
                         [](const auto& one) { return std::string(one.param.first); });

}  // namespace
}  // namespace signet::coordinator
