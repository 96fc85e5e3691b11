#include "pipelines/plan/run_options.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using RunOptions = PlanWorld;

TEST_F(RunOptions, WhatTheDocumentSaysReachesThePlan) {
  const std::string document =
      Replaced(Replaced(Whole(),
                        "partitions: 4",
                        "partitions: 4, pools: {narrow: 2, wide: {limit: 9, across_runs: true}}, "
                        "timeout: 6h"),
               "uses: publish",
               "uses: publish\n    retry: {failures: 5, delay: 2s, delay_max: 1m}\n"
               "    timeout: {attempt: 10m, queue: 1h, start: 30s}\n    pool: narrow\n"
               "    needs: {labels: [region=eu], memory_mb: 512, cpu: 1.5}\n    approvals: 1");
  const Plan plan = MustPlan(document);
  const StepRunOptions& run = plan.steps.back().run;
  EXPECT_EQ(run.failures_max, 5);
  EXPECT_EQ(run.delay_ms, 2'000);
  EXPECT_EQ(run.delay_ms_max, 60'000);
  EXPECT_EQ(run.attempt_ms, 600'000);
  EXPECT_EQ(run.queue_ms, 3'600'000);
  EXPECT_EQ(run.start_ms, 30'000);
  EXPECT_EQ(run.pool, "narrow");
  EXPECT_EQ(run.labels, std::vector<std::string>{"region=eu"});
  EXPECT_EQ(run.memory_mb, 512);
  EXPECT_EQ(run.cpu_milli, 1'500);
  EXPECT_EQ(run.approvals, 1);
  EXPECT_EQ(plan.run.pools.at("narrow"), 2);
  EXPECT_EQ(plan.run.pools.at("wide"), 9);
  EXPECT_EQ(plan.run.shared_pools, std::set<std::string>{"wide"});
  EXPECT_EQ(MustPlan(Whole()).run.total_ms, kRunMsMax) << "no run is without a deadline";
  EXPECT_EQ(plan.run.total_ms, 6 * 3'600'000);
  EXPECT_EQ(StepRunOptions::FromJson(run.ToJson()), run);
  EXPECT_EQ(PipelineRunOptions::FromJson(plan.run.ToJson()), plan.run);
  // How it is run does not change what is computed.
  EXPECT_EQ(plan.Digest(), MustPlan(Whole()).Digest());
}

TEST_F(RunOptions, MistakesAreRefusedWhereTheyStand) {
  struct Case {
    const char* text;
    const char* code;
  };
  for (const Case& c : {Case{"pool: wide", "SIG-1208"},
                        Case{"when: sometimes", "SIG-1208"},
                        Case{"retry: {failurs: 3}", "SIG-1204"},
                        Case{"needs: {cpu: -1}", "SIG-1208"}}) {
    SCOPED_TRACE(c.text);
    const Result<Planned> planned =
        Make(Replaced(Whole(), "uses: publish", std::string("uses: publish\n    ") + c.text));
    ASSERT_FALSE(planned.ok());
    EXPECT_NE(planned.status().message().find(c.code), std::string::npos)
        << planned.status().message();
  }
}

}  // namespace
}  // namespace signet::pipelines
