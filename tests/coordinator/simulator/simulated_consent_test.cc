#include "coordinator/simulator/simulated_consent.h"

#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

constexpr uint64_t kEverybody = (uint64_t{1} << kPeople) - 1;

TEST(SimulatedConsent, AResultTellsItsTaskAndWhomItNames) {
  const std::string result = ResultNaming("run-1/s0/3", 203);
  EXPECT_EQ(result, "run-1/s0/3|203");
  EXPECT_EQ(TaskOfResult(result), "run-1/s0/3");
  EXPECT_EQ(PeopleOfResult(result), 203U);
  EXPECT_EQ(TaskOfResult("run-1/s0/3"), "run-1/s0/3");
  EXPECT_FALSE(PeopleOfResult("run-1/s0/3").has_value());
}

class ConsentWatchTest : public testing::Test {
 protected:
  void Consent(uint64_t people) {
    crypto::WriteBatch batch;
    PutConsent(people, batch);
    ASSERT_TRUE(watch_.Write(batch, crypto::Durability::kSync).ok());
  }
  void Effect(uint64_t people) {
    crypto::WriteBatch batch;
    batch.Put("effect/run/s0/0", ResultNaming("run/s0/0", people));
    ASSERT_TRUE(watch_.Write(batch, crypto::Durability::kSync).ok());
  }
  Verdicts verdicts_;
  std::unique_ptr<crypto::KvStore> memory_ = crypto::NewMemoryStore();
  ConsentWatch watch_{*memory_, verdicts_};
};

TEST_F(ConsentWatchTest, EverybodyConsentsAtFirst) {
  EXPECT_EQ(ConsentIn(watch_), kEverybody);
  Effect(kEverybody);
  EXPECT_EQ(verdicts_.first(), "");
}

TEST_F(ConsentWatchTest, AChangeThatAPowerCutUndidWasNone) {
  Consent(0);
  crypto::WriteBatch undo;
  undo.Delete("consent/now");
  ASSERT_TRUE(watch_.Write(undo, crypto::Durability::kSync).ok());
  EXPECT_EQ(ConsentIn(watch_), kEverybody);
  Effect(kEverybody);
  EXPECT_EQ(verdicts_.first(), "");
}

TEST_F(ConsentWatchTest, OneWhoWithdrewMustNotBeNamedAndMayBeAgainLater) {
  Consent(kEverybody & ~uint64_t{4});
  EXPECT_EQ(ConsentIn(*memory_), kEverybody & ~uint64_t{4});
  Effect(3);
  EXPECT_EQ(verdicts_.first(), "");
  Consent(kEverybody);
  Effect(4);
  EXPECT_EQ(verdicts_.first(), "");
  Consent(kEverybody & ~uint64_t{4});
  Effect(5);
  EXPECT_NE(verdicts_.first().find("effect/run/s0/0"), std::string::npos);
  EXPECT_EQ(watch_.changes(), 3);
}

}  // namespace
}  // namespace signet::coordinator
