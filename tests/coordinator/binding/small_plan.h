/// A small pipeline's plan, for tests of what binds it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "pipelines/plan/planner.h"
#include "tests/coordinator/binding/small_sources.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {

class SmallPlan : public StateWorld {
 protected:
  /// One source, one SQL step, one segment; `more` is appended to the segment's keys.
  pipelines::Planned Plan(const std::string& more = "", const std::string& settings = "") {
    const std::string text = R"(signet: 1
pipeline: small
policies: [gdpr]
settings: {partitions: 2)" + settings +
                             R"(}
)" + kSmallSources + R"(  profile:
    uses: sql
    purpose: marketing.segmentation
    inputs: {orders: orders}
    sql: SELECT subject, count(*) AS orders_count FROM orders GROUP BY subject
  buyers:
    uses: segment
    purpose: marketing.segmentation
    from: profile
    where: orders_count >= 1
)" + more;
    Put("small.yaml", text);
    Put("orders.csv", kSmallOrders);
    pipelines::PlanRequest request;
    request.file = scratch_.path() / "small.yaml";
    request.base = scratch_.path();
    request.bundles = "policies/bundles";
    request.now = clock_.Now();
    Result<pipelines::Planned> planned = pipelines::MakePlan(request);
    EXPECT_TRUE(planned.ok()) << planned.status().message();
    return std::move(planned).value();
  }

 private:
  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes(text)).ok());
  }
};

}  // namespace signet::coordinator
