#include "coordinator/binding/experiment_book.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class Book : public StateWorld {
 protected:
  ExperimentRule Rule(const std::string& start, const std::string& primary = "spend") {
    return {"loyalty",
            "offer",
            Json::Of({{"control", "control"},
                      {"start", start},
                      {"primary", primary},
                      {"metrics", Json::Of({{"spend", Json::Of({{"kind", "mean"}})}})}}),
            clock_.Now()};
  }
  Json Register(const ExperimentRule& rule) {
    crypto::WriteBatch batch;
    Json facts = *ExperimentBook(*state_).Register(rule, batch);
    if (!batch.empty()) Write(batch);
    return facts;
  }
  Json Decide(const ExperimentRule& rule, const std::string& decision, int units) {
    crypto::WriteBatch batch;
    Json facts = *ExperimentBook(*state_).Decide(
        rule, Json::Of({{"decision", decision}, {"arm", "b"}, {"units", units}}), batch);
    if (!batch.empty()) Write(batch);
    return facts;
  }
};

TEST_F(Book, ARuleWrittenBeforeTheStartMakesItsDecisionPreRegistered) {
  const Json registered = Register(Rule("as_of + 1d"));
  EXPECT_TRUE(registered["before_start"].AsBool());
  const Json decided = Decide(Rule("as_of + 1d"), "ship", 100);
  EXPECT_TRUE(decided["pre_registered"].AsBool());
  EXPECT_EQ(decided["look"].AsInt(), 1);
  EXPECT_EQ(decided["winner"].AsString(), "b");
}

TEST_F(Book, ARuleWrittenAfterTheStartDoesNot) {
  const Json registered = Register(Rule("as_of - 1d"));
  EXPECT_FALSE(registered["before_start"].AsBool(true));
  EXPECT_FALSE(Decide(Rule("as_of - 1d"), "ship", 100)["pre_registered"].AsBool(true));
}

TEST_F(Book, AChangedRuleNamesTheOneThatItReplacesAndIsJudgedByItsOwnTime) {
  const Json first = Register(Rule("as_of + 1d"));
  EXPECT_TRUE(Register(Rule("as_of + 1d")).is_null()) << "the same rule is one entry";
  const Json second = Register(Rule("as_of - 1d", "visits"));
  EXPECT_EQ(second["replaces"].AsString(), first["rule_digest"].AsString());
  EXPECT_FALSE(Decide(Rule("as_of - 1d", "visits"), "ship", 100)["pre_registered"].AsBool(true));
}

TEST_F(Book, EveryReadOutOfNewFiguresIsALook) {
  Register(Rule("as_of + 1d"));
  EXPECT_EQ(Decide(Rule("as_of + 1d"), "no_difference", 100)["look"].AsInt(), 1);
  EXPECT_TRUE(Decide(Rule("as_of + 1d"), "no_difference", 100).is_null());
  EXPECT_EQ(Decide(Rule("as_of + 1d"), "ship", 200)["look"].AsInt(), 2);
  const std::vector<Json> all = *ExperimentBook(*state_).All();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]["looks"].size(), 2U);
}

}  // namespace
}  // namespace signet::coordinator
