#include "coordinator/disclosure/profile.h"

#include <memory>

#include <gtest/gtest.h>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "policies/compile/compile.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

policies::Policy Shipped() {
  const Result<policies::PolicySources> sources =
      policies::FindPolicies({"gdpr"}, "policies/bundles", "policies/bundles");
  CHECK(sources.ok());
  Result<policies::Policy> policy = policies::CompilePolicies(*sources);
  CHECK(policy.ok());
  return *std::move(policy);
}

Json Statistics(int64_t people, int64_t finns) {
  const Json values = Json::List({Json::Of({{"value", "FI"}, {"people", finns}}),
                                  Json::Of({{"value", "SE"}, {"people", people - finns}})});
  return Json::Of({{"people", people},
                   {"rows", people},
                   {"columns",
                    Json::List({Json::Of({{"name", "country"},
                                          {"type", "text"},
                                          {"people", people},
                                          {"missing", Json()},
                                          {"values", values},
                                          {"rest", 0}})})}});
}

class ProfileTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<StateFolder>> state =
        StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
    ASSERT_TRUE(state.ok()) << state.status().message();
    state_ = std::move(state).value();
    subject_.dataset.owner = "loyalty";
    subject_.dataset.name = "crm";
  }
  Result<Json> Tell(const Json& statistics, double epsilon = 0) {
    DisclosureBook book(*state_);
    EXPECT_TRUE(book.Load().ok());
    ProfileRequest request;
    request.noise.epsilon = epsilon;
    return TellProfile(book, request, subject_, statistics, clock_.Now());
  }

  testing_support::ScratchFolder scratch_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<StateFolder> state_;
  ProfileSubject subject_{{}, {}, Shipped(), {}};
};

TEST_F(ProfileTest, TellsTheSameAgainButNotASmallChange) {
  const Result<Json> first = Tell(Statistics(1000, 600));
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ((*first)["people"].AsInt(), 1000);
  EXPECT_TRUE(Tell(Statistics(1000, 600)).ok());
  const Result<Json> shifted = Tell(Statistics(1001, 601));
  EXPECT_EQ(shifted.status().code(), StatusCode::kDenied);
  EXPECT_NE(shifted.status().remedy().find("--epsilon"), std::string::npos);
}

TEST_F(ProfileTest, LeavesOutTheValueThatChangedByAFewAndTheRestThatWouldTellIt) {
  ASSERT_TRUE(Tell(Statistics(1000, 600)).ok());
  const Result<Json> moved = Tell(Statistics(1000, 599));
  ASSERT_TRUE(moved.ok()) << moved.status().message();
  const Json& column = (*moved)["columns"].items().at(0);
  for (const Json& value : column["values"].items()) EXPECT_TRUE(value["people"].is_null());
  EXPECT_TRUE(column["rest"].is_null());
  EXPECT_NE(ProfileText(*moved).find("FI  withheld"), std::string::npos) << ProfileText(*moved);
}

TEST_F(ProfileTest, ANoisyAnswerShowsTheGauge) {
  const Result<Json> noisy = Tell(Statistics(1000, 600), 0.5);
  ASSERT_TRUE(noisy.ok()) << noisy.status().message();
  EXPECT_FALSE(noisy->Has("columns"));
  EXPECT_NE(ProfileText(*noisy).find("[##########----------] 0.50 of 1.00"), std::string::npos)
      << ProfileText(*noisy);
}

TEST_F(ProfileTest, WhatTheWorkerRefusedStaysRefused) {
  const Result<Json> refused = Tell(Json::Of({{"refused", "the dataset is below the minimum"}}));
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::coordinator
