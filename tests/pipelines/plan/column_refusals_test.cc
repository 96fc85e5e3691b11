#include "pipelines/plan/column_refusals.h"

#include <string>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using ColumnRefusalsTest = PlanWorld;

TEST_F(ColumnRefusalsTest, NameEachColumnThatTheStepCannotDoWithoutAndNoOther) {
  const std::string refusal = Refusal(
      Steps("  profile: {uses: sql, purpose: analytics.churn, inputs: {c: crm}, sql: \"SELECT "
            "subject, tier, birth_date AS born FROM c\"}\n"
            "  young: {uses: segment, purpose: personalize.offers, from: profile, where: born > "
            "1990}\n"));
  EXPECT_NE(refusal.find("may not use column 'born'"), std::string::npos) << refusal;
  EXPECT_EQ(refusal.find("may not use column 'tier'"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("crm.birth_date -> crm -> profile -> young"), std::string::npos)
      << refusal;
}

}  // namespace
}  // namespace signet::pipelines
