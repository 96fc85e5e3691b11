#include "coordinator/cli/model_text.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

Json Estimate(double value, double low, double high) {
  return Json::Of({{"value", value}, {"low", low}, {"high", high}});
}

Json Version() {
  return Json::Of(
      {{"pipeline", "loyalty"},
       {"model", "churn"},
       {"version", 3},
       {"op", "train"},
       {"status", "champion"},
       {"run", "r-1"},
       {"at", "2026-11-22T10:00:00Z"},
       {"kept", true},
       {"figures",
        Json::Of(
            {{"subjects", 12'345},
             {"quality", Json::Of({{"auc", Estimate(0.8431, 0.8312, 0.855)}})},
             {"card",
              Json::Of({{"features_at", "2026-08-01T00:00:00Z"},
                        {"label",
                         Json::Of({{"from", "2026-08-01T00:00:00Z"},
                                   {"to", "2026-10-30T00:00:00Z"}})}})},
             {"fairness",
              Json::Of(
                  {{"country",
                    Json::Of({{"groups",
                               Json::List({Json::Of(
                                   {{"group", "FI"}, {"auc", Estimate(0.8, 0.7, 0.9)}})})}})}})}})},
       {"decisions",
        Json::List({Json::Of({{"action", "approved"},
                              {"actor", "cli:eva"},
                              {"at", "2026-11-22T11:00:00Z"},
                              {"why", "beats the one before"}})})}});
}

TEST(ModelText, AFigureIsANumberOrANumberWithItsInterval) {
  EXPECT_EQ(ModelFigureText(Estimate(0.5, 0.25, 0.75)), "0.5000 (0.2500 to 0.7500)");
  EXPECT_EQ(ModelFigureText(Json(12'345)), "12,345");
  EXPECT_EQ(ModelFigureText(Json("text")), "");
}

TEST(ModelText, TheListHasALinePerVersionWithItsFirstFigure) {
  const std::string text = ModelListText(Json::List({Version()}));
  EXPECT_NE(text.find("loyalty/churn@3  champion  train"), std::string::npos) << text;
  EXPECT_NE(text.find("auc 0.8431 (0.8312 to 0.8550)"), std::string::npos) << text;
  EXPECT_NE(ModelListText(Json(Json::Array())).find("no run has left a model"), std::string::npos);
}

TEST(ModelText, TheCardTellsDataWindowGroupsAndWhoDecided) {
  const std::string text = ModelCardText(Version());
  for (const char* part : {"features_at: 2026-08-01",
                           "label window: 2026-08-01T00:00:00Z to 2026-10-30T00:00:00Z",
                           "subjects: 12,345",
                           "fairness by country",
                           "FI, auc 0.8000 (0.7000 to 0.9000)",
                           "approved by cli:eva: beats the one before"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(ModelText, AComparisonWarnsWhenOtherPeopleJudged) {
  const Json comparison = Json::Of({{"a", "loyalty/churn@1"},
                                    {"b", "loyalty/churn@2"},
                                    {"same_people", false},
                                    {"metrics",
                                     Json::List({Json::Of({{"metric", "auc"},
                                                           {"a", Estimate(0.8, 0.7, 0.9)},
                                                           {"b", Estimate(0.85, 0.75, 0.95)},
                                                           {"difference", 0.05},
                                                           {"verdict", "not told apart"}})})}});
  const std::string text = ModelComparisonText(comparison);
  EXPECT_NE(text.find("read the differences with care"), std::string::npos) << text;
  EXPECT_NE(text.find("not told apart"), std::string::npos) << text;
  EXPECT_NE(text.find("a step 'judge'"), std::string::npos) << text;
}

TEST(ModelText, AComparisonTellsTheJudgementOnTheSamePeople) {
  const Json comparison =
      Json::Of({{"a", "loyalty/churn@1"},
                {"b", "loyalty/churn@2"},
                {"same_people", true},
                {"metrics", Json::List({})},
                {"judged",
                 Json::Of({{"people", 412},
                           {"step", "which"},
                           {"verdict", "challenger"},
                           {"paired",
                            Json::List({Json::Of({{"metric", "auc"},
                                                  {"a", 0.8},
                                                  {"b", 0.85},
                                                  {"difference", Estimate(0.05, 0.02, 0.08)},
                                                  {"verdict", "b is better"}})})}})}});
  const std::string text = ModelComparisonText(comparison);
  EXPECT_NE(text.find("on the same 412 people"), std::string::npos) << text;
  EXPECT_NE(text.find("0.0500 (0.0200 to 0.0800), b is better"), std::string::npos) << text;
}

TEST(ModelText, ExperimentsTellWhetherTheRuleCameFirst) {
  const Json list = Json::List({Json::Of({{"pipeline", "loyalty"},
                                          {"experiment", "spring_offer"},
                                          {"rules",
                                           Json::List({Json::Of({{"digest", std::string(64, 'a')},
                                                                 {"at", "2026-01-01T00:00:00Z"},
                                                                 {"primary", "conversion"},
                                                                 {"start", "2026-02-01T00:00:00Z"},
                                                                 {"before_start", true}})})},
                                          {"looks",
                                           Json::List({Json::Of({{"at", "2026-04-01T00:00:00Z"},
                                                                 {"as_of", "2026-03-31T00:00:00Z"},
                                                                 {"decision", "ship"},
                                                                 {"winner", "treatment"},
                                                                 {"pre_registered", true}})})}})});
  const std::string text = ExperimentListText(list);
  EXPECT_NE(text.find("before its start 2026-02-01"), std::string::npos) << text;
  EXPECT_NE(text.find("ship 'treatment', pre-registered"), std::string::npos) << text;
}

}  // namespace
}  // namespace signet::coordinator
