#include "policies/consent/ledger.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

SubjectId Subject(uint8_t n) {
  SubjectId id;
  id.value[0] = n;
  return id;
}

const SubjectId& Ada() {
  static const SubjectId kAda = Subject(1);
  return kAda;
}

Fact Consent(const char* value, int64_t time, const char* source = "crm.ok") {
  return {Ada(), Fact::kConsent, "marketing.email", value, time, source, ""};
}

Fact Flag(Fact::Kind kind, const char* value, int64_t time, const char* source = "crm.flag") {
  return {Ada(), kind, "", value, time, source, ""};
}

ApplyOutcome Apply(LedgerPartition& ledger, std::vector<Fact> facts) {
  Result<ApplyOutcome> outcome = ledger.Apply(facts);
  CHECK_FACTS(outcome.ok(), outcome.status().ToString());
  EXPECT_EQ(outcome->records.size(), outcome->changes);
  EXPECT_EQ(outcome->changes + outcome->ignored, facts.size());
  return *std::move(outcome);
}

ConsentState EmailConsent(const LedgerPartition& ledger) {
  return ConsentFor(ledger.StateOf(Ada()), "marketing.email");
}

TEST(Ledger, AStaleExportNeverGrantsAgain) {
  LedgerPartition ledger;
  Apply(ledger, {Consent("given", 100)});
  Apply(ledger, {Consent("withdrawn", 200, "api")});
  // The export repeats its old value with a newer row time: no change of the source, no fact.
  EXPECT_EQ(Apply(ledger, {Consent("given", 300)}).changes, 0U);
  EXPECT_EQ(EmailConsent(ledger), ConsentState::kWithdrawn);
}

TEST(Ledger, ARealChangeOfTheSourceGrantsAgain) {
  LedgerPartition ledger;
  Apply(ledger, {Consent("given", 100), Consent("withdrawn", 200, "api")});
  Apply(ledger, {Consent("withdrawn", 300)});
  EXPECT_EQ(Apply(ledger, {Consent("given", 400)}).changes, 1U);
  EXPECT_EQ(EmailConsent(ledger), ConsentState::kGiven);
}

TEST(Ledger, RefusalWinsOnATie) {
  for (const bool refusal_first : {true, false}) {
    LedgerPartition ledger;
    std::vector<Fact> facts = {Consent("withdrawn", 100, "a"), Consent("given", 100, "b")};
    if (!refusal_first) std::swap(facts[0], facts[1]);
    Apply(ledger, facts);
    EXPECT_EQ(EmailConsent(ledger), ConsentState::kWithdrawn);
  }
  LedgerPartition one_source;
  Apply(one_source, {Consent("withdrawn", 100), Consent("given", 100)});
  EXPECT_EQ(EmailConsent(one_source), ConsentState::kWithdrawn);
}

TEST(Ledger, UndatedFactsNeverOverrideTheApiOrAWithdrawal) {
  LedgerPartition ledger;
  Apply(ledger, {Consent("withdrawn", 100, "api"), Consent("given", 0)});
  EXPECT_EQ(EmailConsent(ledger), ConsentState::kWithdrawn);

  LedgerPartition granted;
  Apply(granted, {Consent("given", 100, "api"), Consent("withdrawn", 0)});
  EXPECT_EQ(EmailConsent(granted), ConsentState::kGiven) << "an undated refusal overrode the API";

  LedgerPartition source;
  Apply(source, {Consent("given", 0)});
  EXPECT_EQ(EmailConsent(source), ConsentState::kGiven);
  Apply(source, {Consent("withdrawn", 0)});
  EXPECT_EQ(Apply(source, {Consent("given", 0)}).changes, 0U);
  EXPECT_EQ(EmailConsent(source), ConsentState::kWithdrawn);
  Apply(source, {Consent("given", 500)});
  EXPECT_EQ(EmailConsent(source), ConsentState::kGiven) << "a dated grant is heard";
}

TEST(Ledger, AnUndatedRefusalStopsWhatFilesGranted) {
  LedgerPartition ledger;
  Apply(ledger, {Consent("given", 100, "shop.ok"), Consent("withdrawn", 0)});
  EXPECT_EQ(EmailConsent(ledger), ConsentState::kWithdrawn);
}

TEST(Ledger, KeepsAGpcSignalUntilTheSubjectTakesItBack) {
  LedgerPartition ledger;
  Apply(ledger, {Flag(Fact::kGpc, "true", 100, "web.gpc")});
  EXPECT_EQ(Apply(ledger, {Flag(Fact::kGpc, "false", 200, "web.gpc")}).changes, 0U);
  EXPECT_TRUE(ledger.StateOf(Ada()).gpc);
  Apply(ledger, {Flag(Fact::kGpc, "false", 300, "api")});
  EXPECT_FALSE(ledger.StateOf(Ada()).gpc);
  Apply(ledger, {Flag(Fact::kGpc, "true", 400, "web.gpc")});
  EXPECT_TRUE(ledger.StateOf(Ada()).gpc) << "a later signal counts again";
}

TEST(Ledger, ConflictingJurisdictionsAreUnknown) {
  LedgerPartition ledger;
  Apply(ledger, {{Ada(), Fact::kJurisdiction, "", "eu", 0, "crm.country", ""}});
  EXPECT_EQ(ledger.StateOf(Ada()).jurisdiction, "eu");
  Apply(ledger, {{Ada(), Fact::kJurisdiction, "", "", 0, "web.country", ""}});
  EXPECT_EQ(ledger.StateOf(Ada()).jurisdiction, "eu") << "nothing known is no conflict";
  Apply(ledger, {{Ada(), Fact::kJurisdiction, "", "us", 50, "shop.country", ""}});
  EXPECT_EQ(ledger.StateOf(Ada()).jurisdiction, "");
}

TEST(Ledger, ATombstoneIsAllThatStaysUntilTheSubjectIsErased) {
  LedgerPartition ledger;
  Apply(ledger, {Consent("given", 100)});
  EXPECT_EQ(Apply(ledger, {Flag(Fact::kTombstone, "true", 200, "api")}).changes, 1U);
  EXPECT_EQ(Apply(ledger, {Consent("given", 300)}).changes, 0U);
  EXPECT_EQ(ledger.FactsOf(Ada()).size(), 1U);
  EXPECT_EQ(ledger.Tombstones(), std::vector<SubjectId>{Ada()});
  EXPECT_TRUE(ledger.StateOf(Ada()).tombstone);
  ledger.Erase(Ada());
  EXPECT_EQ(ledger.Encode(), LedgerPartition().Encode()) << "not even the source's name stays";
}

TEST(Ledger, RefusesABatchWithAnInvalidFactAsAWhole) {
  LedgerPartition ledger;
  const std::vector<Fact> facts = {Consent("given", 100), Consent("maybe", 100)};
  EXPECT_EQ(ledger.Apply(facts).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(ledger.subjects(), 0U);
}

TEST(Ledger, ComesBackFromItsBytesAndRefusesEveryTruncation) {
  LedgerPartition ledger;
  std::vector<Fact> facts = {Consent("given", 100),
                             Consent("withdrawn", 200, "api"),
                             Flag(Fact::kMinor, "true", 0),
                             {Subject(9), Fact::kSeen, "", "", 0, "", ""}};
  Apply(ledger, facts);
  const Bytes bytes = ledger.Encode();
  const Result<LedgerPartition> again = LedgerPartition::Decode(bytes);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again->Encode(), bytes);
  EXPECT_EQ(again->subjects(), 2U);
  EXPECT_EQ(EmailConsent(*again), ConsentState::kWithdrawn);
  for (size_t n = 0; n < bytes.size(); ++n) {
    ASSERT_EQ(LedgerPartition::Decode(ByteView(bytes).first(n)).status().code(),
              StatusCode::kCorrupt);
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 0x81;
    if (const auto read = LedgerPartition::Decode(changed); read.ok()) {
      EXPECT_EQ(read->Encode(), changed) << "byte " << i << ": two encodings of one ledger";
    }
  }
}

TEST(Ledger, MergeMovesFactsAndKeepsRefusals) {
  LedgerPartition ledger;
  const SubjectId alias = Subject(2);
  Apply(ledger, {Consent("withdrawn", 0)});
  Apply(ledger,
        {{alias, Fact::kConsent, "marketing.email", "given", 0, "crm.ok", ""},
         {alias, Fact::kMinor, "", "true", 0, "crm.born", ""}});
  ledger.Merge(alias, Ada());
  EXPECT_EQ(ledger.subjects(), 1U);
  EXPECT_EQ(EmailConsent(ledger), ConsentState::kWithdrawn);
  EXPECT_TRUE(ledger.StateOf(Ada()).minor);
}

TEST(Ledger, FactsMoveFromAnotherPartitionWithTheirTimesAndOnce) {
  LedgerPartition mine;
  LedgerPartition other;
  const SubjectId alias = Subject(2);
  // The two ledgers number their texts differently.
  Apply(mine, {{Ada(), Fact::kMinor, "", "false", 5, "crm.born", ""}, Consent("given", 10)});
  Apply(other,
        {{alias, Fact::kOptOutSale, "", "true", 7, "web.gpc", ""},
         {alias, Fact::kConsent, "marketing.email", "withdrawn", 20, "shop.ok", "v2"},
         {Subject(3), Fact::kMinor, "", "true", 1, "crm.born", ""}});
  EXPECT_EQ(mine.MergeFrom(other, alias, Ada()).value(), 2U);
  EXPECT_EQ(EmailConsent(mine), ConsentState::kWithdrawn);
  EXPECT_TRUE(mine.StateOf(Ada()).opt_out_sale);
  EXPECT_FALSE(mine.StateOf(Ada()).minor);
  EXPECT_TRUE(other.FactsOf(alias).empty());
  EXPECT_TRUE(other.StateOf(Subject(3)).minor) << "others stay";
  EXPECT_EQ(mine.MergeFrom(other, alias, Ada()).value(), 0U);
}

}  // namespace
}  // namespace signet::policies
