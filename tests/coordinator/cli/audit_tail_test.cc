#include <string>

#include <gtest/gtest.h>

#include "coordinator/cli/audit_commands.h"

namespace signet::coordinator {
namespace {

Json Entry() {
  return Json::Of({{"type", "snapshot.published"},
                   {"run", "run-1"},
                   {"time", "2026-11-22T03:38:31Z"},
                   {"subject_ref", "a.b"}});
}

TEST(EntryFilter, TakesByTypeRunTimeAndPerson) {
  struct Case {
    const char* name;
    void (*change)(AuditOptions&);
    bool want;
  };
  for (const Case& c : {
           Case{"all", [](AuditOptions&) {}, true},
           Case{"its type", [](AuditOptions& o) { o.type = "snapshot.published"; }, true},
           Case{"the beginning", [](AuditOptions& o) { o.type = "snapshot."; }, true},
           Case{"a beginning without point", [](AuditOptions& o) { o.type = "snapshot"; }, false},
           Case{"another type", [](AuditOptions& o) { o.type = "run."; }, false},
           Case{"its run", [](AuditOptions& o) { o.run = "run-1"; }, true},
           Case{"another run", [](AuditOptions& o) { o.run = "run-2"; }, false},
           Case{"since that day", [](AuditOptions& o) { o.since = "2026-11-22"; }, true},
           Case{"since then", [](AuditOptions& o) { o.since = "2026-11-22T03:38:31Z"; }, true},
           Case{"since later", [](AuditOptions& o) { o.since = "2026-11-22T03:38:32Z"; }, false},
       }) {
    SCOPED_TRACE(c.name);
    AuditOptions options;
    c.change(options);
    const auto filter = EntryFilter::From(options);
    ASSERT_TRUE(filter.ok());
    EXPECT_EQ(filter->Takes(Entry()), c.want);
  }
  EntryFilter person;
  person.refs = std::set<std::string>{"a.b"};
  EXPECT_TRUE(person.Takes(Entry()));
  person.refs = std::set<std::string>{"a.c"};
  EXPECT_FALSE(person.Takes(Entry()));
}

TEST(EntryFilter, ASinceThatIsNoTimeIsInvalidWithARemedy) {
  AuditOptions options;
  options.since = "yesterday";
  const auto filter = EntryFilter::From(options);
  EXPECT_EQ(filter.status().code(), StatusCode::kInvalid);
  EXPECT_NE(filter.status().remedy(), "");
}

}  // namespace
}  // namespace signet::coordinator
