#include "coordinator/disclosure/count_gate.h"

#include <gtest/gtest.h>

#include "policies/model/purpose.h"

namespace signet::coordinator {
namespace {

using policies::CountStatement;

class CountGateTest : public testing::Test {
 protected:
  /// The ledger itself, as the book asks it.
  AskLedger Ask() {
    return [this](const std::vector<CountStatement>& statements) -> Result<std::vector<bool>> {
      ++asked_;
      std::vector<bool> told;
      told.reserve(statements.size());
      for (const CountStatement& one : statements) told.push_back(ledger_.Tell(one, rule_).allowed);
      return told;
    };
  }
  policies::PublicationRule rule_;
  policies::DifferenceLedger ledger_;
  int asked_ = 0;
};

TEST_F(CountGateTest, NumbersStandWhereTheirPlacesWere) {
  CountGate gate(50, "officer", 1);
  Json answer = Json::Of({{"list", Json::List({gate.Place("a", 120, 900)})}, {"text", "kept"}});
  answer.Set("b", gate.Place("b", 60, 60));
  const Result<Json> told = gate.Fill(answer, Ask());
  ASSERT_TRUE(told.ok());
  EXPECT_EQ((*told)["list"].items().at(0).AsInt(), 900);
  EXPECT_EQ((*told)["b"].AsInt(), 60);
  EXPECT_EQ((*told)["text"].AsString(), "kept");
  EXPECT_EQ(asked_, 1) << "once for all";
}

TEST_F(CountGateTest, ManyRowsAboutFewPeopleAreFewPeople) {
  CountGate gate(50, "officer", 1);
  EXPECT_EQ(gate.Place("a", 3, 60'000).AsString(), "fewer than 50");
  const Result<Json> told = gate.Fill(Json("nothing to ask"), Ask());
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(asked_, 0);
}

TEST_F(CountGateTest, WhatWouldTellTheDifferenceOfFewIsWithheld) {
  for (const auto& [count, want] : {std::pair{120, true}, {121, false}, {120, true}, {200, true}}) {
    CountGate gate(50, "officer", 1);
    const Json place = gate.Place("segment/shop/buyers", count, count);
    const Result<Json> told = gate.Fill(place, Ask());
    ASSERT_TRUE(told.ok());
    EXPECT_EQ(told->is_int(), want) << count;
    if (!want) {
      EXPECT_NE(told->AsString().find("withheld"), std::string::npos);
    }
  }
}

TEST_F(CountGateTest, WithoutALedgerNothingIsTold) {
  CountGate gate(50, "officer", 1);
  const Json place = gate.Place("a", 100, 100);
  const auto broken = [](const std::vector<CountStatement>&) -> Result<std::vector<bool>> {
    return Unavailable("disk full");
  };
  EXPECT_EQ(gate.Fill(place, broken).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::coordinator
