#include <gtest/gtest.h>

#include "coordinator/disclosure/policy_replay.h"

namespace signet::coordinator {
namespace {

TEST(ReplayText, SaysWhatWasCountedAndWhatIsABound) {
  const Json replay = Json::Of(
      {{"plans", 1},
       {"runs", 2},
       {"days", 30},
       {"columns", Json(Json::Array())},
       {"subjects",
        Json::List({Json::Of(
            {{"pipeline", "loyalty"},
             {"purpose", "marketing.segmentation"},
             {"relation", "internal"},
             {"newly_denied", 120},
             {"newly_allowed", "fewer than 50"},
             {"rows", Json::List({Json::Of({{"dataset", "orders"}, {"rows", 900}})})},
             {"rows_allowed", Json::List({Json::Of({{"dataset", "crm"}, {"rows", 77}})})}})})},
       {"steps", Json(Json::Array())},
       {"members",
        Json::List({Json::Of({{"pipeline", "loyalty"},
                              {"segment", "gold"},
                              {"recipient", "mail"},
                              {"before", 400},
                              {"after", 280},
                              {"exact", true},
                              {"may_grow", true},
                              {"joining_max", 90}})})},
       {"segments",
        Json::List({Json::Of({{"pipeline", "loyalty"},
                              {"segment", "silver"},
                              {"why", "it may fall below the minimum group of 50"},
                              {"exact", false}}),
                    Json::Of({{"pipeline", "loyalty"},
                              {"segment", "tiny"},
                              {"why", "it would be below the minimum group of 50"},
                              {"exact", true}})})}});
  const std::string text = ReplayText(replay);
  for (const char* part :
       {"rows about those denied in orders: 900",
        "newly denied 120, newly allowed fewer than 50",
        "rows about those allowed in crm: 77",
        "segment gold of loyalty for mail: 400 -> 280 (counted; of persons newly allowed",
        "at most 90 may join with a run)",
        "minimum group of 50 (a bound, not counted)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  const size_t tiny = text.find("segment tiny");
  ASSERT_NE(tiny, std::string::npos);
  EXPECT_EQ(text.find("a bound", tiny), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
