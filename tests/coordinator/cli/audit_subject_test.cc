#include "coordinator/cli/audit_subject.h"

#include <memory>

#include <gtest/gtest.h>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(RefsOfPerson, AFileThatNamesNobodyIsToldBeforeAnythingIsStarted) {
  const testing_support::ScratchFolder scratch;
  SystemClock clock;
  SystemEntropy entropy;
  const auto state = StateFolder::Open(scratch.path() / "state", clock, entropy);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  const std::string file = (scratch.path() / "who").string();
  EXPECT_EQ(RefsOfPerson(**state, file, "", {}).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(file, AsBytes("MARKER@example.com\n")).ok());
  const Status malformed = RefsOfPerson(**state, file, "", {}).status();
  EXPECT_EQ(malformed.code(), StatusCode::kInvalid);
  EXPECT_EQ(malformed.ToString().find("MARKER"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
