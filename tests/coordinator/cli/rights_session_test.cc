#include "coordinator/cli/rights_session.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

/// What it opens is used in tests/e2e/rights.
TEST(RightsSession, NeedsAStateThatIsThere) {
  const testing_support::ScratchFolder scratch;
  EXPECT_EQ(RightsSession::Open((scratch.path() / "none").string()).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
