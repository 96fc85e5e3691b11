#include "coordinator/requests/rights_desk.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

/// What needs persons is tested end to end (tests/e2e/erasure, tests/e2e/log); here nobody is
/// known.
class RightsDeskTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    ledger_ = std::make_unique<LedgerBook>(*state_);
    desk_ = std::make_unique<RightsDesk>(
        *state_,
        *ledger_,
        [this](const RunSpec&, RunBinder&) -> Result<RunView> {
          ++runs_;
          return Unavailable("no worker");
        },
        [] { return RunId("r"); });
  }
  [[nodiscard]] Status Locate(crypto::LinkType type, const std::string& value) {
    std::vector<Identifier> identifiers;
    identifiers.push_back({type, PersonalText(value), ""});
    return desk_->Locate(identifiers, "FI").status();
  }

  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<RightsDesk> desk_;
  int runs_ = 0;
};

TEST_F(RightsDeskTest, WhatCannotIdentifyAnyoneIsRefusedWithoutBeingQuoted) {
  const Status status = Locate(crypto::LinkType::kPhone, "MARKER");
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_NE(status.message().find("phone"), std::string::npos) << status.message();
  EXPECT_EQ(status.ToString().find("MARKER"), std::string::npos);
}

TEST_F(RightsDeskTest, AStateThatNeverRanKnowsNobodyAndAsksNoWorker) {
  const Status status = Locate(crypto::LinkType::kEmail, "anna@example.com");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.ToString().find("anna"), std::string::npos);
  EXPECT_EQ(runs_, 0);
}

}  // namespace
}  // namespace signet::coordinator
