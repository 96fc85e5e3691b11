#include "crypto/audit/event_catalog.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/audit/audit_event.h"

namespace signet::crypto {
namespace {

/// An entry as the log would hold it.
Json EntryOf(const AuditEvent& event) {
  return *Json::Parse(*AuditEntryText(event, 7, Timestamp{1'700'000'000'000'000}));
}

AuditEvent Published() {
  return {"snapshot.published",
          "coordinator",
          "publish",
          {},
          "run-1",
          std::string(64, 'a'),
          Json::Of({{"snapshot", "publish"},
                    {"recipient", "email_platform"},
                    {"version", "20260101T000000Z-run-1"},
                    {"members", 100},
                    {"content_digest", std::string(80, 'b')},
                    {"members_blob", std::string(64, 'c')},
                    {"plan_digest", std::string(64, 'd')}}),
          "purpose marketing.segmentation"};
}

TEST(EventCatalog, TypesAreNamedOnceAndSayWhoWhatAndWhy) {
  std::set<std::string> types;
  std::set<std::string> kinds;
  for (const EventDoc& event : EventCatalog()) {
    SCOPED_TRACE(event.type);
    EXPECT_TRUE(types.insert(event.type).second);
    kinds.insert(event.kind);
    EXPECT_FALSE(event.meaning.empty());
    EXPECT_FALSE(event.why.empty());
    EXPECT_EQ(FindEvent(event.type), &event);
    std::set<std::string> facts;
    for (const FactDoc& fact : event.facts) EXPECT_TRUE(facts.insert(fact.name).second);
  }
  for (const char* kind : {"policy",
                           "plan",
                           "run",
                           "task",
                           "lease",
                           "denial",
                           "consent",
                           "right",
                           "publication",
                           "access",
                           "key operation",
                           "login",
                           "configuration"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
  EXPECT_EQ(FindEvent("no.such"), nullptr);
}

TEST(EventCatalog, AcceptsAWholeEntry) {
  EXPECT_TRUE(CheckEntry(EntryOf(Published())).ok()) << CheckEntry(EntryOf(Published())).ToString();
}

TEST(EventCatalog, RefusesEntriesThatSayTooLittleOrTooMuch) {
  struct Case {
    const char* name;
    void (*change)(AuditEvent&);
    const char* says;
  };
  for (const Case& c : {
           Case{"unknown type", [](AuditEvent& e) { e.type = "snapshot.publish"; }, "catalog"},
           Case{"nobody", [](AuditEvent& e) { e.actor.clear(); }, "who"},
           Case{"no action", [](AuditEvent& e) { e.action.clear(); }, "who did what"},
           Case{"no reason", [](AuditEvent& e) { e.why.clear(); }, "why"},
           Case{"no policy", [](AuditEvent& e) { e.policy.clear(); }, "policy"},
           Case{"policy by name", [](AuditEvent& e) { e.policy = "gdpr.yaml"; }, "policy"},
           Case{"no run", [](AuditEvent& e) { e.run.clear(); }, "run"},
           Case{"a person in plain",
                [](AuditEvent& e) { e.subject_ref = "anna@example.com"; },
                "subject_ref"},
           Case{"a fact is missing",
                [](AuditEvent& e) {
                  e.facts = Json::Of({{"snapshot", "x"}});
                },
                "facts.recipient is missing"},
           Case{"a fact too many",
                [](AuditEvent& e) { e.facts.Set("email", "anna@example.com"); },
                "facts.email is not in the catalog"},
           Case{"a count below zero", [](AuditEvent& e) { e.facts.Set("members", -1); }, "members"},
           Case{"a text for a count",
                [](AuditEvent& e) { e.facts.Set("members", "many"); },
                "members"},
           Case{"no digest",
                [](AuditEvent& e) { e.facts.Set("members_blob", "XYZ"); },
                "members_blob"},
       }) {
    SCOPED_TRACE(c.name);
    AuditEvent event = Published();
    c.change(event);
    const Status checked = CheckEntry(EntryOf(event));
    EXPECT_EQ(checked.code(), StatusCode::kInvalid);
    EXPECT_NE(checked.message().find(c.says), std::string::npos) << checked.message();
  }
}

TEST(EventCatalog, SchemasNameEveryFactAndAllowNoOther) {
  const Json all = EventSchemas();
  EXPECT_EQ(all["oneOf"].size(), EventCatalog().size());
  const Json schema = EventSchema(*FindEvent("snapshot.published"));
  EXPECT_EQ(schema["properties"]["type"]["const"].AsString(), "snapshot.published");
  EXPECT_FALSE(schema["additionalProperties"].AsBool(true));
  EXPECT_FALSE(schema["properties"]["facts"]["additionalProperties"].AsBool(true));
  EXPECT_EQ(schema["properties"]["facts"]["properties"].size(), 7U);
  EXPECT_EQ(schema["required"].size(), 9U);
}

TEST(EventCatalog, TheReferenceNamesEveryTypeAndFact) {
  const std::string page = EventReference();
  for (const EventDoc& event : EventCatalog()) {
    EXPECT_NE(page.find("### `" + event.type + "`"), std::string::npos);
    for (const FactDoc& fact : event.facts) {
      EXPECT_NE(page.find("| `" + fact.name + "` |"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace signet::crypto
