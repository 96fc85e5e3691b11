#include "crypto/audit/audit_event.h"

#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/transparency/entry_scan.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {
namespace {

AuditEvent Full() {
  return {"run.started",
          "cli",
          "run",
          "ab12",
          "run-7",
          "cd34",
          Json::Of({{"b", 2}, {"a", Json::List({1.5, "x\"\\", true, nullptr})}}),
          "gdpr.yaml:41 purposes.analytics.churn"};
}

TEST(AuditEntryText, IsCanonicalJsonWithIndexAndTime) {
  const auto text = AuditEntryText(Full(), 41, Timestamp{0});
  ASSERT_TRUE(text.ok()) << text.status().ToString();
  EXPECT_EQ(
      *text,
      R"({"action":"run","actor":"cli","facts":{"a":[1.5,"x\"\\",true,null],"b":2},"index":41,)"
      R"("policy":"cd34","run":"run-7","subject_ref":"ab12","time":"1970-01-01T00:00:00Z",)"
      R"("type":"run.started","why":"gdpr.yaml:41 purposes.analytics.churn"})");
  // The same bytes as the general writer gives.
  EXPECT_EQ(Json::Parse(*text)->Dump(), *text);
}

TEST(AuditEntryText, WritesTimesAsTheRestOfSignetDoes) {
  AuditEvent event;
  event.type = "t";
  for (const int64_t micros : {int64_t{0},
                               int64_t{1},
                               int64_t{999'999},
                               int64_t{951'782'399'000'000},
                               int64_t{1'700'000'000'123'456},
                               int64_t{4'102'444'799'999'999}}) {
    const std::string entry = *AuditEntryText(event, 0, Timestamp{micros});
    EXPECT_EQ((*Json::Parse(entry))["time"].AsString(), TimestampText(Timestamp{micros}));
  }
}

TEST(AuditEntryText, LeavesOutWhatIsEmpty) {
  AuditEvent event;
  event.type = "t";
  EXPECT_EQ(*AuditEntryText(event, 0, Timestamp{0}),
            R"({"index":0,"time":"1970-01-01T00:00:00Z","type":"t"})");
}

TEST(AuditEntryText, KeepsTextOfOtherScripts) {
  AuditEvent event = Full();
  event.why = "s\xC3\xA4\xC3\xA4nt\xC3\xB6 \xE2\x80\x94";
  const auto text = AuditEntryText(event, 0, Timestamp{0});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ((*Json::Parse(*text))["why"].AsString(), event.why);
}

TEST(AuditEntryText, RefusesWhatMayNotStandInALog) {
  struct Case {
    const char* name;
    void (*change)(AuditEvent&);
  };
  for (const Case& c : {
           Case{"no type", [](AuditEvent& e) { e.type.clear(); }},
           Case{"line feed", [](AuditEvent& e) { e.why = "a\nb"; }},
           Case{"escape", [](AuditEvent& e) { e.actor = "\x1B[2J"; }},
           Case{"delete", [](AuditEvent& e) { e.actor = "\x7F"; }},
           Case{"zero", [](AuditEvent& e) { e.run = std::string("a\0b", 3); }},
           Case{"not UTF-8", [](AuditEvent& e) { e.action = "\xC0\x80"; }},
           Case{"control in facts",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a", "\t"}});
                }},
           Case{"control in a key",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a\n", 1}});
                }},
           Case{"control in a list",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a", Json::List({"\r"})}});
                }},
           Case{"line separator",
                [](AuditEvent& e) {
                  e.why =
                      "a\xE2\x80\xA8"
                      "b";
                }},
           Case{"right-to-left override",
                [](AuditEvent& e) {
                  e.why =
                      "a\xE2\x80\xAE"
                      "b";
                }},
           Case{"C1 escape",
                [](AuditEvent& e) {
                  e.why =
                      "\xC2\x9B"
                      "2J";
                }},
           Case{"a key of another script",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"\xC3\xA4", 1}});
                }},
           Case{"an integer that is not exact",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a", (int64_t{1} << 53) + 1}});
                }},
           Case{"facts are a list", [](AuditEvent& e) { e.facts = Json::List({1}); }},
           Case{"not finite",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a", std::numeric_limits<double>::infinity()}});
                }},
           Case{"not a number",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"a", std::nan("")}});
                }},
       }) {
    SCOPED_TRACE(c.name);
    AuditEvent event = Full();
    c.change(event);
    EXPECT_EQ(AuditEntryText(event, 0, Timestamp{0}).status().code(), StatusCode::kInvalid);
  }
}

TEST(AuditEntryText, WritesNumbersAsEcmaScriptDoes) {
  struct Case {
    double value;
    const char* text;
  };
  // RFC 8785, appendix B, and the borders of Number::toString.
  for (const Case& c : {Case{0.0, "0"},
                        Case{-0.0, "0"},
                        Case{1.0, "1"},
                        Case{-1.5, "-1.5"},
                        Case{5e-324, "5e-324"},
                        Case{1.7976931348623157e308, "1.7976931348623157e+308"},
                        Case{9007199254740992.0, "9007199254740992"},
                        Case{295147905179352830000.0, "295147905179352830000"},
                        Case{9.999999999999997e22, "9.999999999999997e+22"},
                        Case{1e23, "1e+23"},
                        Case{1e21, "1e+21"},
                        Case{1e20, "100000000000000000000"},
                        Case{0.000001, "0.000001"},
                        Case{1e-7, "1e-7"},
                        Case{333333333.33333329, "333333333.3333333"},
                        Case{0.1, "0.1"},
                        Case{123.456, "123.456"}}) {
    AuditEvent event;
    event.type = "t";
    event.facts = Json::Of({{"a", c.value}});
    const std::string entry = *AuditEntryText(event, 3, Timestamp{0});
    EXPECT_NE(entry.find("{\"a\":" + std::string(c.text) + "}"), std::string::npos) << entry;
    EXPECT_EQ(*IndexOfEntry(AsBytes(entry)), 3U) << "verifiers take it";
  }
}

TEST(AuditEntryText, TheLimitIsWhatTwoBytesOfLengthCanSay) {
  AuditEvent event;
  event.type = "t";
  const size_t rest =
      AuditEntryText(event, 0, Timestamp{0})->size() + std::string(R"(,"why":"")").size();
  event.why.assign(kEntryBytesMax - rest, 'x');
  ASSERT_TRUE(AuditEntryText(event, 0, Timestamp{0}).ok());
  EXPECT_EQ(AuditEntryText(event, 0, Timestamp{0})->size(), kEntryBytesMax);
  event.why += 'x';
  EXPECT_EQ(AuditEntryText(event, 0, Timestamp{0}).status().code(), StatusCode::kInvalid);
}

TEST(AuditEntryText, RefusesFactsThatAreNestedTooDeeply) {
  AuditEvent event;
  event.type = "t";
  Json deep = Json::Of({{"a", 1}});
  for (int i = 0; i < 40; ++i) deep = Json::Of({{"a", std::move(deep)}});
  event.facts = deep;
  EXPECT_FALSE(AuditEntryText(event, 0, Timestamp{0}).ok());
}

}  // namespace
}  // namespace signet::crypto
