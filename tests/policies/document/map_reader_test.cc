#include "policies/document/map_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/document/reader.h"
#include "tests/policies/golden.h"

namespace signet::policies {
namespace {

Node Read(std::string_view text) {
  Result<Node> node = ReadDocumentText("step.yaml", text);
  CHECK_FACTS(node.ok(), node.status().message());
  return *node;
}

TEST(MapReader, GivesTypedValues) {
  Diagnostics diagnostics;
  MapReader reader(Read("{n: 3, d: 0.5, b: true, t: 90d, when: 2026-11-22, many: [a, b], one: a}"),
                   "the step",
                   diagnostics);
  EXPECT_EQ(reader.Int("n", 0), 3);
  EXPECT_EQ(reader.Double("d", 0), 0.5);
  EXPECT_TRUE(reader.Bool("b", false));
  EXPECT_EQ(reader.Duration("t", 0), 90 * 86400);
  EXPECT_EQ(DateText(*reader.Date("when")), "2026-11-22");
  EXPECT_EQ(reader.Texts("many"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.Texts("one"), std::vector<std::string>{"a"});
  EXPECT_EQ(reader.Int("absent", 7), 7);
  reader.Finish();
  EXPECT_TRUE(diagnostics.ok());
}

TEST(MapReader, ReportsEveryErrorOfAMapAtOnce) {
  Diagnostics diagnostics;
  MapReader reader(Read("uses: train\n"
                        "purpos: analytics.churn\n"
                        "trees: '12'\n"
                        "level: wran\n"
                        "stop: no\n"
                        "window: 3 months\n"
                        "since: 22.11.2026\n"
                        "depth: 400\n"
                        "inputs: {a: b}\n"
                        "label: churn\n"),
                   "step 'churn'",
                   diagnostics);
  reader.RequiredText("uses");
  reader.RequiredText("purpose");
  reader.Int("trees", 1);
  reader.Choice("level", {"warn", "block"}, "warn");
  reader.Bool("stop", /*fallback=*/false);
  reader.Duration("window", 0);
  reader.Date("since");
  reader.Int("depth", 6, 1, 16);
  reader.Items("inputs");
  reader.Entries("label");
  reader.Finish();
  const Status status = ToStatus(diagnostics);
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_EQ(diagnostics.count(), 10U);
  ExpectGolden("map_reader_errors", status.message());
}

TEST(MapReader, HandsTheRestToSomebodyElse) {
  Diagnostics diagnostics;
  MapReader reader(Read("{uses: train, trees: 12, label: {window: 90d}}"), "step", diagnostics);
  reader.RequiredText("uses");
  const LocatedJson options = ToLocatedJson(reader.Rest());
  EXPECT_EQ(options.value.Dump(), R"({"label":{"window":"90d"},"trees":12})");
  reader.Finish();
  EXPECT_TRUE(diagnostics.ok());
}

TEST(MapReader, SaysOnceThatSomethingIsNoMap) {
  Diagnostics diagnostics;
  MapReader reader(Read("[a, b]"), "step 'x'", diagnostics);
  reader.RequiredText("uses");
  reader.RequiredText("purpose");
  reader.Finish();
  EXPECT_EQ(diagnostics.count(), 1U);
  EXPECT_EQ(diagnostics.all()[0].code, "SIG-1202");
}

TEST(Diagnostics, StopCollectingAtTheirLimitAndCountTheRest) {
  Diagnostics diagnostics;
  for (int i = 0; i < 50; ++i) diagnostics.Error("SIG-1204", {}, "unknown key");
  EXPECT_EQ(diagnostics.count(), 50U);
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kDiagnosticsMax);
  EXPECT_THAT(ToStatus(diagnostics).message(), testing::HasSubstr("and 30 more errors"));
}

TEST(Diagnostics, AreADenialOnlyWhenPolicySaidNoEachTime) {
  Diagnostics diagnostics;
  diagnostics.Error("SIG-3003", {}, "the purpose may not use this column");
  EXPECT_EQ(ToStatus(diagnostics).code(), StatusCode::kDenied);
  diagnostics.Error("SIG-1204", {}, "unknown key");
  EXPECT_EQ(ToStatus(diagnostics).code(), StatusCode::kInvalid);
}

TEST(Render, HidesControlCharactersAndCutsLongLines) {
  std::string line(300, 'a');
  line.append("\x1B").append("KEY here");
  const auto source = SourceText::Of("x.yaml", line);
  const Mark mark{"x.yaml", 1, 302, 3, source};
  const std::string text = Render({"SIG-1204", "unknown key", mark, "", {}});
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_THAT(text, testing::HasSubstr("?KEY here"));
  EXPECT_THAT(text, testing::HasSubstr("^~~\n"));
  EXPECT_LT(text.size(), 400U);
}

}  // namespace
}  // namespace signet::policies
