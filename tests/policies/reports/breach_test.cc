#include "policies/reports/breach.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/policies/reports/reports_world.h"

namespace signet::policies {
namespace {

TEST(Breach, TellsCategoriesNumbersAndWhetherPersonsCanBeNamed) {
  const Policy policy = ShippedPolicy();
  BreachScope scope;
  scope.what = "worker w-1";
  scope.subjects_max = 1200;
  ReadableDataset readable;
  readable.pipeline = "shop";
  readable.dataset = "crm";
  readable.kind = "governed";
  readable.categories = {"user.contact.email"};
  readable.identifiability = {"direct"};
  readable.partitions = {-1};
  readable.rows = 5000;
  readable.subjects_max = 1200;
  readable.log_entries = {7, 9};
  scope.datasets = {readable};
  const ReportDocument breach = MakeBreach(policy, scope, "2026-11-22");
  EXPECT_EQ(breach.facts["subjects_max"].AsInt(), 1200);
  EXPECT_TRUE(breach.facts["direct_identifiers"].AsBool());
  const std::string html = breach.ToHtml();
  for (const char* word :
       {"1,200", "user.contact.email", "7, 9", "72 hours", "GDPR Art. 33(3)(d)"}) {
    EXPECT_NE(html.find(word), std::string::npos) << word;
  }
  scope.datasets[0].identifiability = {"pseudonymous"};
  EXPECT_FALSE(MakeBreach(policy, scope, "2026-11-22").facts["direct_identifiers"].AsBool());
}

}  // namespace
}  // namespace signet::policies
