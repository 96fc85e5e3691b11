// Who is one person, and who is not: a later file joins two subjects and their consents; equal
// numbers of two systems join nobody.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

constexpr char kHead[] = R"(signet: 1
pipeline: merge
policies: [gdpr]
settings: {partitions: 4, seed: 1}
params:
  data: {type: path}
  as_of: {type: date, default: 2026-01-01}
sources:
)";

std::string Source(const std::string& name, const std::string& subject) {
  return "  " + name + ":\n    read: {format: csv, path: \"${data}/" + name +
         ".csv\", time_zone: UTC}\n    subject: " + subject + R"(
    columns:
      customer_id: {category: user.unique_id}
      email: {category: user.contact.email}
      country: {category: user.contact.address.country, jurisdiction: country}
      tier: {category: user.account.settings}
      ok: {category: user.privacy_preferences, consent: marketing.segmentation, as_of: ok_at}
      ok_at: {category: system.operations, type: timestamp}
)";
}

std::string Step(const std::string& name, const std::string& source) {
  return "  " + name + ": {uses: sql, purpose: marketing.segmentation, inputs: {c: " + source +
         "}, sql: \"SELECT subject, max(tier) AS tier FROM c GROUP BY subject\"}\n";
}

constexpr char kColumns[] = "customer_id,email,country,tier,ok,ok_at\n";

class Merge : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(place_.data());
    Workplace::MakeTestState(place_.state());
  }
  void WriteRows(const std::string& source, const std::string& rows) const {
    WriteText(place_.data() / (source + ".csv"), kColumns + rows);
  }

  Workplace place_;
};

TEST_F(Merge, AWithdrawalOfTheYoungerSubjectHoldsForTheMergedPerson) {
  WriteText(place_.pipeline(),
            kHead + Source("crm", "{id: customer_id, links: [email]}") + "steps:\n" +
                Step("profile", "crm"));
  WriteRows("crm",
            "C1,,FI,gold,true,2025-01-01 00:00:00\nC3,b@example.org,FI,gold,true,2025-01-01 "
            "00:00:00\n");
  EXPECT_EQ(StepOf(place_.Run(), "profile")["rows"].AsInt(-1), 2);
  // Somebody new withdraws, and is not yet known to be C1.
  WriteRows("crm",
            "C1,,FI,gold,true,2025-01-01 00:00:00\nC2,a@example.org,FI,gold,false,2025-06-01 "
            "00:00:00\nC3,b@example.org,FI,gold,true,2025-01-01 00:00:00\n");
  EXPECT_EQ(StepOf(place_.Run(), "profile")["rows"].AsInt(-1), 2);
  // A row that says nothing of consent shows that both are one person.
  WriteRows("crm",
            "C1,a@example.org,FI,gold,,\nC3,b@example.org,FI,gold,true,2025-01-01 00:00:00\n");
  const Json merged = place_.Run();
  EXPECT_EQ(SumOfFigure(merged, "resolve", "merged"), 1);
  EXPECT_EQ(StepOf(merged, "profile")["rows"].AsInt(-1), 1) << "the withdrawal was lost";
}

TEST_F(Merge, EqualNumbersOfTwoDomainsAreTwoPersons) {
  const std::string rows = "7,,FI,gold,true,2025-01-01 00:00:00\n";
  WriteRows("crm", rows);
  WriteRows("shop", rows);
  const std::string steps = "steps:\n" + Step("one", "crm") + Step("two", "shop");
  WriteText(place_.pipeline(),
            kHead + Source("crm", "{id: customer_id, links: [email]}") +
                Source("shop", "{id: customer_id, domain: shop, links: [email]}") + steps);
  EXPECT_EQ(SumOfFigure(place_.Run(), "resolve", "subjects"), 2);
  WriteText(place_.pipeline(),
            kHead + Source("crm", "{id: customer_id, domain: shop, links: [email]}") +
                Source("shop", "{id: customer_id, domain: shop, links: [email]}") + steps);
  std::filesystem::remove_all(place_.state());
  Workplace::MakeTestState(place_.state());
  EXPECT_EQ(SumOfFigure(place_.Run(), "resolve", "subjects"), 1);
}

}  // namespace
}  // namespace signet::e2e
