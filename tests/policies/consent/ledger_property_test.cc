#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "policies/consent/ledger.h"

namespace signet::policies {
namespace {

// Small worlds: few subjects, sources, purposes and times, so that ties and repeats are frequent.
Fact RandomFact(SeededEntropy& entropy) {
  const auto pick = [&](uint64_t n) { return entropy.Next() % n; };
  const std::string yes_or_no = pick(2) == 0 ? "true" : "false";
  Fact fact;
  fact.subject.value[0] = static_cast<uint8_t>(pick(2));
  fact.time_micros = static_cast<int64_t>(1 + pick(7));
  const char* sources[] = {"crm.a", "shop.b", "api"};
  fact.source = sources[pick(3)];
  fact.wording = pick(4) == 0 ? "v2" : "v1";
  switch (pick(12)) {
    case 0:
      fact.kind = Fact::kJurisdiction;
      fact.value = std::array{"eu", "eu", "us", "uk"}[pick(4)];
      break;
    case 1:
      fact.kind = Fact::kMinor;
      fact.value = yes_or_no;
      break;
    case 2:
      fact.kind = Fact::kGpc;
      fact.value = yes_or_no;
      break;
    case 3:
      fact.kind = Fact::kRestriction;
      fact.purpose = pick(2) == 0 ? "" : "analytics";
      fact.value = yes_or_no;
      break;
    case 4:
      fact.kind = pick(40) == 0 ? Fact::kTombstone : Fact::kOptOutSale;
      fact.value = "true";
      break;
    default:
      fact.kind = Fact::kConsent;
      fact.purpose = pick(3) == 0 ? "marketing" : "marketing.email";
      fact.value = pick(2) == 0 ? "given" : "withdrawn";
  }
  return fact;
}

void ApplyInBatches(LedgerPartition& ledger, std::span<const Fact> facts, SeededEntropy& entropy) {
  for (size_t at = 0; at < facts.size();) {
    const size_t n = std::min<size_t>(facts.size() - at, 1 + entropy.Next() % 5);
    ASSERT_TRUE(ledger.Apply(facts.subspan(at, n)).ok());
    at += n;
  }
}

TEST(LedgerProperty, DatedFactsGiveTheSameLedgerInAnyOrderAndNumber) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    std::vector<Fact> facts(1 + entropy.Next() % 14);
    for (Fact& fact : facts) fact = RandomFact(entropy);
    LedgerPartition first;
    ASSERT_TRUE(first.Apply(facts).ok());

    for (size_t i = facts.size() - 1; i > 0; --i) {
      std::swap(facts[i], facts[entropy.Next() % (i + 1)]);
    }
    LedgerPartition second;
    ApplyInBatches(second, facts, entropy);
    ASSERT_EQ(first.Encode(), second.Encode());

    const Result<ApplyOutcome> again = second.Apply(facts);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->changes, 0U);
    ASSERT_EQ(first.Encode(), second.Encode());

    Result<LedgerPartition> read = LedgerPartition::Decode(first.Encode());
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    ASSERT_TRUE(read->Apply(facts).ok());
    ASSERT_EQ(read->Encode(), first.Encode());
  }
}

TEST(LedgerProperty, ALongRunStaysBoundedAndKeepsItsFirstTime) {
  LedgerPartition ledger;
  Fact fact{{}, Fact::kConsent, "marketing.email", "given", 0, "crm.ok", ""};
  for (int day = 1; day <= 500; ++day) {
    fact.time_micros = day;
    ASSERT_TRUE(ledger.Apply(std::span(&fact, 1)).ok());
  }
  EXPECT_LT(ledger.Encode().size(), 64 + 20 + 16 * (LedgerPartition::kRunTimesMax + 4));
  ASSERT_EQ(ledger.FactsOf({}).size(), 1U);
  EXPECT_EQ(ledger.FactsOf({})[0].time_micros, 1);
}

}  // namespace
}  // namespace signet::policies
