#include "coordinator/disclosure/disclosure_book.h"

#include <memory>

#include <gtest/gtest.h>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class DisclosureBookTest : public testing::Test {
 protected:
  /// Opens the state anew: what was not durable is gone.
  std::unique_ptr<StateFolder> Open() {
    Result<std::unique_ptr<StateFolder>> state =
        StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
    EXPECT_TRUE(state.ok()) << state.status().message();
    return state.ok() ? std::move(state).value() : nullptr;
  }
  static policies::PublicationRule Rule() {
    policies::PublicationRule rule;
    rule.rule = "gdpr.yaml:240 publication";
    return rule;
  }

  testing_support::ScratchFolder scratch_;
  SystemClock clock_;
  SystemEntropy entropy_;
};

TEST_F(DisclosureBookTest, RemembersAcrossOpeningsWhatWasTold) {
  {
    const auto state = Open();
    DisclosureBook book(*state);
    ASSERT_TRUE(book.Load().ok());
    const Result<std::vector<bool>> told =
        book.Tell({{"press", "loyalty/a", 100, 1}, {"press", "loyalty/b", 3, 1}}, Rule());
    ASSERT_TRUE(told.ok()) << told.status().message();
    EXPECT_EQ(*told, (std::vector<bool>{true, false}));
  }
  const auto state = Open();
  DisclosureBook book(*state);
  ASSERT_TRUE(book.Load().ok());
  EXPECT_TRUE(book.ledger().Knows("loyalty/a"));
  EXPECT_FALSE(book.ledger().Knows("loyalty/b"));
  EXPECT_EQ(*book.Tell({{"board", "loyalty/a", 101, 2}}, Rule()), (std::vector<bool>{false}));
}

TEST_F(DisclosureBookTest, ABudgetIsSpentAcrossOpenings) {
  {
    const auto state = Open();
    DisclosureBook book(*state);
    ASSERT_TRUE(book.Load().ok());
    ASSERT_TRUE(book.TellNoisy("press", 1000, 0.7, Rule()).ok());
  }
  const auto state = Open();
  DisclosureBook book(*state);
  ASSERT_TRUE(book.Load().ok());
  EXPECT_EQ(book.TellNoisy("press", 1000, 0.7, Rule()).status().code(), StatusCode::kDenied);
  EXPECT_TRUE(book.TellNoisy("press", 1000, 0.3, Rule()).ok());
}

}  // namespace
}  // namespace signet::coordinator
