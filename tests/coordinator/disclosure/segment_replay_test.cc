#include "coordinator/disclosure/segment_replay.h"

#include "policies/compile/compile.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

constexpr char kPublish[] = R"(
  out:
    uses: publish
    purpose: marketing.segmentation
    segments: [buyers]
    recipients: [email_platform]
)";

class SegmentReplayTest : public SmallPlan {};

SubjectId Person(uint8_t n) {
  SubjectId id;
  id.value[15] = n;
  return id;
}

TEST_F(SegmentReplayTest, MembersNeedThePurposesOfAllStepsTheyPassedAndOfThePublication) {
  const pipelines::Planned planned = Plan(kPublish);
  const ConsentNeeds needs = NeedsOf(planned.plan, "buyers", "email_platform");
  EXPECT_EQ(needs,
            (ConsentNeeds{{"marketing.segmentation", policies::Relation::kInternal},
                          {"marketing.segmentation", policies::Relation::kProcessor}}));
  EXPECT_EQ(NeedsOf(planned.plan, "buyers", "nobody").size(), 1U);
}

TEST_F(SegmentReplayTest, NobodyMayBeUsedForAPurposeThatIsNotDeclared) {
  const pipelines::Planned planned = Plan();
  LedgerBook ledger(*state_);
  ASSERT_TRUE(ledger.LoadVersion().ok());
  const Result<SubjectsByPartition> allowed = AllowedForAll(
      ledger, planned.policy, {{"no.such_purpose", policies::Relation::kInternal}}, 2);
  ASSERT_TRUE(allowed.ok()) << allowed.status().message();
  EXPECT_EQ(allowed->size(), 2U);
  EXPECT_EQ(CountOf(*allowed), 0U);
}

TEST_F(SegmentReplayTest, DifferencesAreTakenPartitionByPartition) {
  const SubjectsByPartition a = {{Person(1), Person(2)}, {Person(3)}};
  const SubjectsByPartition b = {{Person(2)}, {}};
  EXPECT_EQ(Without(a, b), (SubjectsByPartition{{Person(1)}, {Person(3)}}));
  EXPECT_EQ(Without(b, a), (SubjectsByPartition{{}, {}}));
  EXPECT_EQ(CountOf(a), 3U);
}

}  // namespace
}  // namespace signet::coordinator
