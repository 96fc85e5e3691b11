#include "coordinator/dispatch/coordinator.h"

#include <memory>
#include <vector>

#include "crypto/store/kv_store.h"

namespace signet::coordinator {
namespace {

class CoordinatorTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Coordinator>> Open(const CoordinatorOptions& options) {
    const auto identity = workers::CurveKeyPair::Generate();
    stores_.push_back(crypto::NewMemoryStore());
    return Coordinator::Open(options, *identity, *stores_.back(), clock_, entropy_);
  }
  SystemClock clock_;
  SystemEntropy entropy_;
  std::vector<std::unique_ptr<crypto::KvStore>> stores_;
};

TEST_F(CoordinatorTest, AnOccupiedPortIsAClearError) {
  CoordinatorOptions options;
  options.expect_enrolment = true;
  const auto first = Open(options);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  options.listen = (*first)->endpoint();
  const auto second = Open(options);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find("in use"), std::string::npos);
  EXPECT_FALSE(second.status().remedy().empty());
}

TEST_F(CoordinatorTest, WithoutAnAllowListItDoesNotStart) {
  const auto opened = Open(CoordinatorOptions{});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kInvalid);
}

TEST_F(CoordinatorTest, OptionsThatCannotWorkAreInvalid) {
  CoordinatorOptions options;
  options.expect_enrolment = true;
  options.worker_silence_ms_max = options.heartbeat_ms;
  EXPECT_EQ(Open(options).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
