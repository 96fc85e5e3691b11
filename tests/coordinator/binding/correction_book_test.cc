#include "coordinator/binding/correction_book.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

SubjectId Person(uint8_t n) {
  SubjectId id;
  id.value[15] = n;
  return id;
}

class CorrectionBookTest : public StateWorld {
 protected:
  void Add(const std::string& pipeline, const std::string& value, uint8_t person) {
    crypto::WriteBatch batch;
    const Status added = CorrectionBook(*state_).Add(
        {pipeline, "crm", "country", value, {Person(person), Person(person + 100)}}, batch);
    ASSERT_TRUE(added.ok()) << added.ToString();
    Write(batch);
  }
};

TEST_F(CorrectionBookTest, TheLastValueOfAPersonAndColumnCountsAndSurvivesARestart) {
  Add("shop", "FI", 1);
  Add("shop", "SE", 1);
  Add("shop", "NO", 2);
  Add("other", "DK", 1);
  Reopen();
  const Json list = *CorrectionBook(*state_).ForGate("shop");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.items()[0]["value"].AsString(), "SE");
  EXPECT_EQ(list.items()[0]["subjects"].size(), 2U);
  EXPECT_EQ(list.items()[1]["value"].AsString(), "NO");
  EXPECT_EQ(CorrectionBook(*state_).ForGate("nobody")->size(), 0U);
}

TEST_F(CorrectionBookTest, SealedAnewItSaysTheSame) {
  crypto::WriteBatch none;
  ASSERT_TRUE(CorrectionBook(*state_).Reseal(none).ok());
  EXPECT_TRUE(none.empty()) << "an empty book stays empty";
  Add("shop", "FI", 1);
  const Bytes before = *state_->store().Require("corrections");
  crypto::WriteBatch batch;
  ASSERT_TRUE(CorrectionBook(*state_).Reseal(batch).ok());
  Write(batch);
  Reopen();
  EXPECT_NE(*state_->store().Require("corrections"), before);
  EXPECT_EQ(CorrectionBook(*state_).ForGate("shop")->items().at(0)["value"].AsString(), "FI");
}

TEST_F(CorrectionBookTest, ForgetsAPersonByAnyOfTheirIds) {
  Add("shop", "FI", 1);
  Add("shop", "NO", 2);
  crypto::WriteBatch batch;
  ASSERT_TRUE(CorrectionBook(*state_).Forget({Person(101)}, batch).ok());
  Write(batch);
  EXPECT_EQ(CorrectionBook(*state_).All()->size(), 1U);
  crypto::WriteBatch last;
  ASSERT_TRUE(CorrectionBook(*state_).Forget({Person(2)}, last).ok());
  Write(last);
  EXPECT_TRUE(CorrectionBook(*state_).All()->empty());
  EXPECT_FALSE(state_->store().Get("corrections")->has_value());
}

}  // namespace
}  // namespace signet::coordinator
