#include "pipelines/plan/hidden_columns.h"

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

class HiddenColumns : public PlanWorld {
 protected:
  static std::string Selecting(const std::string& column) {
    return Steps(
        "  p: {uses: sql, purpose: marketing.segmentation, inputs: {c: crm}, sql: \"SELECT "
        "subject, " +
        column + " AS x FROM c\"}\n");
  }
};

TEST_F(HiddenColumns, AnEscrowedColumnNamesItsRuleAndTheWayOut) {
  ExpectOneError("SIG-3003", "hidden_escrow", Selecting("email"));
}

TEST_F(HiddenColumns, ADroppedColumnNamesItsRule) {
  ExpectOneError("SIG-3003", "hidden_drop", Selecting("upper(first_name)"));
}

TEST_F(HiddenColumns, AColumnForTheLedgerIsNotForSteps) {
  ExpectOneError("SIG-3003", "hidden_consent", Selecting("segmentation_ok"));
}

TEST_F(HiddenColumns, RefusingOneIsADenial) {
  EXPECT_EQ(Make(Selecting("email")).status().code(), StatusCode::kDenied);
}

TEST_F(HiddenColumns, ANameThatNothingHasIsStillUnknown) {
  const std::string refusal = Refusal(Selecting("emial"));
  EXPECT_EQ(refusal.find("SIG-3003"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("emial"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace signet::pipelines
