#include "coordinator/cli/facts_text.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TEST(FactsText, IndentsObjectsAndLists) {
  EXPECT_EQ(FactsText(Json::Of({{"request", "r1"},
                                {"rows", 3},
                                {"receipts", Json::List({Json::Of({{"stage", "done"}}), "x"})}})),
            "receipts:\n  -\n    stage: done\n  - x\nrequest: r1\nrows: 3\n");
  EXPECT_EQ(FactsText(Json(Json::Object())), "");
}

}  // namespace
}  // namespace signet::coordinator
