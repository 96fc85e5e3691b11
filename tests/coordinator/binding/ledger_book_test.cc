#include "coordinator/binding/ledger_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class LedgerBookTest : public StateWorld {
 protected:
  static policies::Fact Consent(uint8_t person, const std::string& value) {
    policies::Fact fact;
    fact.subject.value[0] = person;
    fact.kind = policies::Fact::kConsent;
    fact.purpose = "marketing.email";
    fact.value = value;
    fact.time_micros = 1'000'000 + person;
    fact.source = "api";
    return fact;
  }
  void Say(LedgerBook& book, int partition, const policies::Fact& fact) {
    policies::LedgerPartition* ledger = book.Partition(partition).value();
    ASSERT_TRUE(ledger->Apply({&fact, 1}).ok());
    crypto::WriteBatch batch;
    ASSERT_TRUE(book.Store(partition, batch).ok());
    Write(batch);
  }
  static size_t FactsOf(LedgerBook& book, int partition, uint8_t person) {
    SubjectId subject;
    subject.value[0] = person;
    return book.Partition(partition).value()->FactsOf(subject).size();
  }
  size_t KeysInVault() {
    return static_cast<size_t>(state_->vault().List().value()["deks"].AsInt());
  }
};

TEST_F(LedgerBookTest, IsEmptyAtFirst) {
  LedgerBook book(*state_);
  ASSERT_TRUE(book.LoadVersion().ok());
  EXPECT_EQ(book.version(), 0U);
  EXPECT_EQ(book.Partition(3).value()->subjects(), 0U);
}

TEST_F(LedgerBookTest, WhatWasStoredIsThereAfterARestart) {
  {
    LedgerBook book(*state_);
    Say(book, 3, Consent(1, "given"));
    Say(book, 4, Consent(2, "withdrawn"));
    EXPECT_EQ(book.version(), 2U);
  }
  Reopen();
  LedgerBook book(*state_);
  ASSERT_TRUE(book.LoadVersion().ok());
  EXPECT_EQ(book.version(), 2U);
  EXPECT_EQ(FactsOf(book, 3, 1), 1U);
  EXPECT_EQ(FactsOf(book, 4, 2), 1U);
  EXPECT_EQ(FactsOf(book, 3, 2), 0U);
}

TEST_F(LedgerBookTest, EachStoreSealsUnderANewKeyAndDestroysTheOld) {
  LedgerBook book(*state_);
  Say(book, 3, Consent(1, "given"));
  const size_t keys = KeysInVault();
  Say(book, 3, Consent(2, "given"));
  Say(book, 3, Consent(3, "given"));
  EXPECT_EQ(KeysInVault(), keys);
}

TEST_F(LedgerBookTest, ThePersonsOfAPartitionAreNotInTheStoreInThePlain) {
  LedgerBook book(*state_);
  Say(book, 3, Consent(1, "given"));
  const Bytes stored = state_->store().Require("ledger/p/3").value();
  EXPECT_EQ(AsText(stored).find("marketing.email"), std::string_view::npos);
}

TEST_F(LedgerBookTest, APartitionUnderAnothersNameIsCorrupt) {
  {
    LedgerBook book(*state_);
    Say(book, 3, Consent(1, "given"));
  }
  crypto::WriteBatch moved;
  moved.Put("ledger/p/4", state_->store().Require("ledger/p/3").value());
  Write(moved);
  LedgerBook book(*state_);
  EXPECT_EQ(book.Partition(4).status().code(), StatusCode::kCorrupt);
}

TEST_F(LedgerBookTest, WhatWasNotWrittenIsForgotten) {
  LedgerBook book(*state_);
  Say(book, 3, Consent(1, "given"));
  const policies::Fact fact = Consent(2, "given");
  ASSERT_TRUE(book.Partition(3).value()->Apply({&fact, 1}).ok());
  crypto::WriteBatch lost;
  ASSERT_TRUE(book.Store(3, lost).ok());
  book.Drop();
  EXPECT_EQ(FactsOf(book, 3, 1), 1U);
  EXPECT_EQ(FactsOf(book, 3, 2), 0U);
  Say(book, 3, Consent(4, "given"));
  EXPECT_EQ(FactsOf(book, 3, 4), 1U);
}

TEST_F(LedgerBookTest, AVersionThatWasNotWrittenIsTakenBack) {
  LedgerBook book(*state_);
  Say(book, 3, Consent(1, "given"));
  crypto::WriteBatch lost;
  ASSERT_TRUE(book.Store(3, lost).ok());
  EXPECT_EQ(book.version(), 2U);
  book.Drop();
  EXPECT_EQ(book.version(), 1U) << "plans and manifests would name a ledger that never was";
}

TEST_F(LedgerBookTest, AMergedSubjectsStatementsAreTheOlderOnesAfterARestart) {
  constexpr int kPartitions = 8;
  const auto subject = [](uint8_t person) {
    SubjectId id;
    id.value.fill(person);
    return id;
  };
  // Two subjects of different partitions.
  const SubjectId older = subject(1);
  const auto home = static_cast<int>(PartitionOf(older, kPartitions));
  uint8_t person = 2;
  while (static_cast<int>(PartitionOf(subject(person), kPartitions)) == home) ++person;
  const SubjectId younger = subject(person);
  const auto other = static_cast<int>(PartitionOf(younger, kPartitions));
  {
    LedgerBook book(*state_);
    policies::Fact given = Consent(0, "given");
    given.subject = older;
    Say(book, home, given);
    policies::Fact withdrawn = Consent(1, "withdrawn");
    withdrawn.subject = younger;
    Say(book, other, withdrawn);
    crypto::WriteBatch batch;
    const std::vector<policies::SubjectAlias> aliases = {{younger, older}};
    EXPECT_EQ(book.Merge(aliases, kPartitions, home, batch).value(), 1U);
    ASSERT_TRUE(book.Store(home, batch).ok());
    Write(batch);
  }
  Reopen();
  LedgerBook book(*state_);
  EXPECT_EQ(book.Partition(home).value()->StateOf(older).consents.at("marketing.email"),
            policies::ConsentState::kWithdrawn);
  EXPECT_EQ(book.Partition(other).value()->subjects(), 0U);
  crypto::WriteBatch again;
  const std::vector<policies::SubjectAlias> aliases = {{younger, older}};
  EXPECT_EQ(book.Merge(aliases, kPartitions, home, again).value(), 0U);
}

}  // namespace
}  // namespace signet::coordinator
