#include "crypto/audit/audit_event.h"

#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

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
