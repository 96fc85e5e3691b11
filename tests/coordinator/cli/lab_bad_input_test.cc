// Bad input, one case per kind and family of methods, from CSV, gzip and Parquet: learning,
// purchases, ranks and recommendations.
#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_bad_world.h"

namespace signet::coordinator {
namespace {

std::vector<Case> LearningCases(const std::string& target) {
  return {{"one class only", People({{"y", Always("0")}, {"v", Always("0")}}), "one value alone"},
          {"constant columns", People({{"x", Always("4")}, {"c", Always("a")}}), ""},
          {"all missing", People({{"x", Always("")}, {"c", Always("")}}), ""},
          {"target all missing", People({{target, Always("")}}), "--target"},
          {"infinite", People({{"x", OneInfinite}}), ""},
          {"single customer", People({{"id", Always("q")}}), "people"},
          {"unseen categories", People({{"c", [](int i) { return "k" + Of(i / 3); }}}), ""},
          {"negative", People({{"x", [](int i) { return Of(-Mixed(i, 17)); }}}), ""},
          {"ties", People({{"x", [](int i) { return Of(i % 2); }}, {"c", Always("a")}}), ""}};
}

TEST_F(LabBadInput, LearningRefusesOrTellsWhatItCannotUse) {
  const std::vector<std::string> common = {
      "train", "--in", "FILE", "--id", "id", "--rounds", "5", "--threads", "1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };
  for (const Family& family :
       {Family{"churn",
               AddLabTrain,
               with({"--target", "y", "--drop", "v,days,event", "--model", "churn"}),
               LearningCases("y")},
        Family{"forest",
               AddLabTrain,
               with({"--target", "y", "--drop", "v,days,event", "--model", "forest"}),
               LearningCases("y")},
        Family{"clv",
               AddLabTrain,
               with({"--target", "v", "--drop", "y,days,event", "--model", "clv"}),
               LearningCases("v")}}) {
    ExpectAll(family);
  }
}

TEST_F(LabBadInput, SurvivalRefusesTimesThatAreNone) {
  const Family family{"survival",
                      AddLabTrain,
                      {"train",
                       "--in",
                       "FILE",
                       "--id",
                       "id",
                       "--rounds",
                       "5",
                       "--threads",
                       "1",
                       "--target",
                       "days",
                       "--event",
                       "event",
                       "--drop",
                       "y,v",
                       "--model",
                       "survival"},
                      {{"nobody had the event", People({{"event", Always("0")}}), "--event"},
                       {"zero-length window", People({{"days", Always("0")}}), "--target"},
                       {"constant columns", People({{"x", Always("4")}}), ""},
                       {"infinite", People({{"x", OneInfinite}}), ""},
                       {"ties", People({{"days", [](int i) { return Of(1 + i % 2); }}}), ""}}};
  ExpectAll(family);
}

TEST_F(LabBadInput, PurchaseModelsRefuseWhatTheyCannotTellApart) {
  const std::vector<Case> cases = {
      {"constant amounts", Bought({{"paid", Always("7")}}), ""},
      {"all missing", Bought({{"paid", Always("")}}), "no row has an amount"},
      {"nobody", Bought({{"who", Always("")}}), "nobody bought"},
      {"single customer", Bought({{"who", Always("c1")}}), "at least 10 customers"},
      {"negative", Bought({{"paid", [](int i) { return Of(Mixed(i, 40) - 20); }}}), ""},
      {"only returns", Bought({{"paid", Always("-3")}}), "nobody bought"},
      {"ties", Bought({{"day", Always("2026-03-10")}}), "nobody bought twice"},
      {"infinite", Bought({{"paid", OneInfinite}}), ""}};
  for (const char* model : {"nbd", "bgnbd", "mbgnbd", "paretonbd", "cnbd"}) {
    const Family family{model,
                        AddLabFit,
                        {"fit",
                         model,
                         "--in",
                         "FILE",
                         "--customer",
                         "who",
                         "--time",
                         "day",
                         "--amount",
                         "paid",
                         "--until",
                         "2026-04-30"},
                        cases};
    ExpectAll(family);
  }
  const Family window{"bgnbd",
                      AddLabFit,
                      {"fit",
                       "bgnbd",
                       "--in",
                       "FILE",
                       "--customer",
                       "who",
                       "--time",
                       "day",
                       "--until",
                       "2026-04-30",
                       "--holdout",
                       "2026-04-30"},
                      {}};
  Expect(window, {"zero-length window", Bought(), "not after"});
  const Family value{"gamma-gamma",
                     AddLabFit,
                     {"fit",
                      "gamma-gamma",
                      "--in",
                      "FILE",
                      "--customer",
                      "who",
                      "--time",
                      "day",
                      "--amount",
                      "paid"},
                     {}};
  Expect(value, {"constant amounts", Bought({{"paid", Always("7")}}), "values that differ"});
  Expect(value, {"single customer", Bought({{"who", Always("c1")}}), "at least 10 customers"});
}

TEST_F(LabBadInput, RanksAndRecommendationsTakeWhatHasNoSpread) {
  const Family ranks{
      "rfm",
      AddLabFeatures,
      {"features",
       "rfm",
       "--in",
       "FILE",
       "--customer",
       "who",
       "--time",
       "day",
       "--amount",
       "paid",
       "--as-of",
       "2026-07-01"},
      {{"constant amounts", Bought({{"paid", Always("7")}}), ""},
       {"all missing", Bought({{"paid", Always("")}}), "no row has an amount"},
       {"single customer", Bought({{"who", Always("c1")}}), ""},
       {"single row", Bought({}, 1), ""},
       {"negative", Bought({{"paid", Always("-3")}}), "nobody bought"},
       {"infinite", Bought({{"paid", OneInfinite}}), ""},
       {"ties", Bought({{"day", Always("2026-03-10")}}), ""},
       {"zero-length window", Bought({{"day", Always("2026-07-01")}}), "nobody bought before"}}};
  ExpectAll(ranks);
  const Family items{
      "recommend",
      AddLabRecommend,
      {"recommend",
       "--in",
       "FILE",
       "--customer",
       "who",
       "--item",
       "item",
       "--time",
       "day",
       "--cut",
       "2026-05-01",
       "--horizon",
       "60d",
       "--top",
       "3",
       "--evaluate"},
      {{"single customer", Bought({{"who", Always("c1")}}), ""},
       {"single item", Bought({{"item", Always("i")}}), ""},
       {"all missing", Bought({{"who", Always("")}}), "no row lies before"},
       {"nothing to judge by", Bought({{"day", Always("2026-03-10")}}), "nothing to judge by"},
       {"unseen items",
        Bought({{"day", [](int i) { return i % 2 == 0 ? "2026-03-10" : "2026-05-20"; }},
                {"who", [](int i) { return "c" + Of(i / 2 % 20); }},
                {"item", [](int i) { return i % 2 == 0 ? "old" : "new" + Of(i); }}}),
        ""}}};
  ExpectAll(items);
}

}  // namespace
}  // namespace signet::coordinator
