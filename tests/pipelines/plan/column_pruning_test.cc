#include "pipelines/plan/column_pruning.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class ColumnPruning : public PlanWorld {
 protected:
  /// The columns of orders that a step of this SQL is leased.
  std::vector<std::string> Leased(const std::string& sql) {
    const Plan plan = MustPlan(Steps(
        "  p: {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: \"" + sql + "\"}\n"));
    const PlannedStep& step = At(plan, "p");
    return step.inputs.empty() ? std::vector<std::string>() : step.inputs[0].schema.Names();
  }
};

using Names = std::vector<std::string>;

TEST_F(ColumnPruning, SqlKeepsWhatItReadsWhereverItReadsIt) {
  EXPECT_EQ(Leased("SELECT subject, sum(amount) AS s FROM o WHERE shop = 'a' GROUP BY subject"),
            (Names{"subject", "amount", "shop"}));
  EXPECT_EQ(Leased("SELECT subject, count(*) AS n FROM o GROUP BY subject"), Names{"subject"});
  EXPECT_EQ(Leased("SELECT subject FROM o QUALIFY rank() OVER (PARTITION BY subject ORDER BY "
                   "ordered_at, order_id) = 1"),
            (Names{"subject", "order_id", "ordered_at"}));
}

TEST_F(ColumnPruning, NamesKnowNoCase) {
  EXPECT_EQ(Leased("SELECT subject, max(O.Amount) AS s FROM o AS O GROUP BY subject"),
            (Names{"subject", "amount"}));
}

TEST_F(ColumnPruning, AStarKeepsAll) {
  EXPECT_EQ(Leased("SELECT * FROM o"),
            (Names{"subject", "order_id", "ordered_at", "amount", "shop"}));
}

TEST_F(ColumnPruning, TwoStepsWithDifferentInputsOfOneNameDoNotDisturbEachOther) {
  const Plan plan =
      MustPlan(Steps("  a: {uses: sql, purpose: analytics.churn, inputs: {v: orders}, sql: "
                     "\"SELECT subject, amount "
                     "FROM v\"}\n"
                     "  b: {uses: sql, purpose: analytics.churn, inputs: {V: a}, sql: \"SELECT "
                     "subject, amount * 2 "
                     "AS twice FROM V\"}\n"
                     "  c: {uses: sql, purpose: analytics.churn, inputs: {v: b}, sql: \"SELECT "
                     "subject, twice FROM "
                     "v\"}\n"));
  EXPECT_EQ(At(plan, "c").outputs.at(0).schema.Names(), (Names{"subject", "twice"}));
}

TEST_F(ColumnPruning, AnInputOfAnEarlierStepIsUnknownToALaterOne) {
  const std::string refusal =
      Refusal(Steps("  a: {uses: sql, purpose: analytics.churn, inputs: {o: orders}, sql: \"SELECT "
                    "subject, amount "
                    "FROM o\"}\n"
                    "  b: {uses: sql, purpose: analytics.churn, inputs: {a: a}, sql: \"SELECT "
                    "subject, amount FROM "
                    "o\"}\n"));
  EXPECT_NE(refusal.find("SIG-3010"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace signet::pipelines
