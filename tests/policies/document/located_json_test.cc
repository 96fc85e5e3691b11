#include "policies/document/located_json.h"

#include <gtest/gtest.h>

#include "policies/document/reader.h"

namespace signet::policies {
namespace {

TEST(LocatedJson, TypesPlainScalarsAndKeepsQuotedOnesText) {
  const Node node = *ReadDocumentText(
      "t", "{i: 3, q: '3', d: 0.5, b: true, s: yes, z: 00100, n: ~, l: [1, x], m: {k: 90d}}");
  EXPECT_EQ(ToJson(node).Dump(),
            R"({"b":true,"d":0.5,"i":3,"l":[1,"x"],"m":{"k":"90d"},"n":null,"q":"3","s":"yes",)"
            R"("z":"00100"})");
}

TEST(LocatedJson, KnowsWhereEachValueStood) {
  const Node node = *ReadDocumentText("t", "label:\n  window: 90d\n  a/b: 1\nlist:\n  - x\n");
  const LocatedJson located = ToLocatedJson(node);
  EXPECT_EQ(MarkText(located.MarkOf("/label/window")), "t:2:3");
  EXPECT_EQ(MarkText(located.MarkOf("/label/a~1b")), "t:3:3");
  EXPECT_EQ(MarkText(located.MarkOf("/list/0")), "t:5:5");
  EXPECT_EQ(MarkText(located.MarkOf("/label/absent/deeper")), "t:1:1");
  EXPECT_EQ(MarkText(located.MarkOf("")), "t:1:1");
  EXPECT_EQ(MarkText(located.Locate("'window' must be positive")), "t:2:3");
  EXPECT_EQ(MarkText(located.Locate("something else is wrong")), "t:1:1");
}

}  // namespace
}  // namespace signet::policies
