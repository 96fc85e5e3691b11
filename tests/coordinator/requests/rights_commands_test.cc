// What each command does to ledger, suppression and log.
#include <string>

#include <gtest/gtest.h>

#include "pipelines/identity/suppression_list.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

using policies::Right;
using RightsCommands = DeskWorld;

TEST_F(RightsCommands, EachRightIsItsOwnStatementAndIsTakenBack) {
  Asked objection = For(Right::kObjection);
  objection.purpose = "marketing";
  for (const bool lift : {false, true}) {
    SCOPED_TRACE(lift ? "taken back" : "stated");
    clock_.Advance(1'000'000);
    for (Asked asked :
         {objection, For(Right::kOptOut), For(Right::kLimit), For(Right::kRestriction)}) {
      asked.lift = lift;
      const Result<Json> done = desk_->Ask(Person(1), asked);
      ASSERT_TRUE(done.ok()) << done.status().ToString();
    }
    const policies::SubjectState state = StateOf(Person(1));
    EXPECT_EQ(policies::ConsentFor(state, "marketing.email") == policies::ConsentState::kWithdrawn,
              !lift);
    EXPECT_EQ(state.opt_out_sale, !lift);
    EXPECT_EQ(state.limit_sensitive, !lift);
    EXPECT_EQ(state.restrictions.empty(), lift);
  }
}

TEST_F(RightsCommands, AnErasedPersonsLinksAreSuppressedAndStaySo) {
  ASSERT_TRUE(desk_->Ask(Person(1), For(Right::kErasure)).ok());
  const auto stored = *state_->store().Get("suppression");
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(pipelines::SuppressionList::Decode(*stored)->size(), 1U);
}

TEST_F(RightsCommands, ConsentIsSetWithItsEntry) {
  const Json given = *desk_->SetConsent(Person(1), "marketing.email", /*given=*/true);
  EXPECT_EQ(given["state"].AsString(), "given");
  const Json entry = *state_->audit().Entry(static_cast<uint64_t>(given["audit_index"].AsInt()));
  EXPECT_EQ(entry["type"].AsString(), "consent.changed");
  clock_.Advance(1'000'000);
  ASSERT_TRUE(desk_->SetConsent(Person(1), "marketing.email", /*given=*/false).ok());
  EXPECT_EQ(policies::ConsentFor(StateOf(Person(1)), "marketing.email"),
            policies::ConsentState::kWithdrawn);
}

}  // namespace
}  // namespace signet::coordinator
