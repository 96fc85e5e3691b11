#include "coordinator/binding/run_keys.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using policies::LabelClass;

class RunKeysTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    schema_.columns = {{"subject", pipelines::ColumnType::kUuid, {}},
                       {"amount", pipelines::ColumnType::kDecimal, {}},
                       {"note", pipelines::ColumnType::kText, {}}};
    schema_.columns[2].label.label_class = LabelClass::kSensitive;
  }
  pipelines::Schema schema_;
};

TEST_F(RunKeysTest, MakesOneKeyForEachPartitionAndClass) {
  RunKeys keys(*state_, "r1");
  crypto::WriteBatch batch;
  ASSERT_TRUE(keys.Make("orders", {0, 1}, schema_, batch).ok());
  const auto all = keys.Of("orders");
  ASSERT_EQ(all.size(), 4U);
  std::set<DekId> ids;
  for (const auto& [name, id] : all) ids.insert(id);
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_EQ(keys.Find("orders", 1, LabelClass::kSensitive).value(),
            all.at(pipelines::OutputKey(1, LabelClass::kSensitive)));
  EXPECT_EQ(keys.Find("orders", 2, LabelClass::kOrdinary).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(keys.Find("web", 0, LabelClass::kOrdinary).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(keys.Of("web").empty());
}

TEST_F(RunKeysTest, TheyLastOnlyWithTheBatch) {
  RunKeys keys(*state_, "r1");
  crypto::WriteBatch batch;
  ASSERT_TRUE(keys.Make("orders", 0, LabelClass::kOrdinary, batch).ok());
  const DekId written = keys.Find("orders", 0, LabelClass::kOrdinary).value();
  Write(batch);
  crypto::WriteBatch lost;
  ASSERT_TRUE(keys.Make("orders", 1, LabelClass::kOrdinary, lost).ok());
  const DekId unwritten = keys.Find("orders", 1, LabelClass::kOrdinary).value();
  Reopen();
  EXPECT_TRUE(Opens(written));
  EXPECT_FALSE(Opens(unwritten));
  EXPECT_EQ(state_->vault().ScopeOf(written).value().version, "r1");
}

TEST_F(RunKeysTest, AllButTheKeptDieWithTheRun) {
  RunKeys keys(*state_, "r1");
  crypto::WriteBatch batch;
  ASSERT_TRUE(keys.Make("orders", {0, 1}, schema_, batch).ok());
  Write(batch);
  const auto all = keys.Of("orders");
  const DekId kept = keys.Find("orders", 1, LabelClass::kOrdinary).value();
  crypto::WriteBatch end;
  ASSERT_TRUE(keys.DestroyAllBut({kept}, end).ok());
  Write(end);
  Reopen();
  for (const auto& [name, id] : all) EXPECT_EQ(Opens(id), id == kept) << name;
}

}  // namespace
}  // namespace signet::coordinator
