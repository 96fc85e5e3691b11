#include "coordinator/binding/delta_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policies/consent/ledger.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

SubjectId Person(uint8_t n) {
  SubjectId id;
  id.value[15] = n;
  return id;
}

class DeltaBookTest : public StateWorld {
 protected:
  /// The changes of persons 1 to `n` as the ledger records them.
  static std::vector<Bytes> Records(uint8_t n) {
    policies::LedgerPartition ledger;
    std::vector<policies::Fact> facts;
    for (uint8_t i = 1; i <= n; ++i) {
      facts.push_back(
          {Person(i), policies::Fact::kConsent, "marketing", "given", 1000 + i, "crm.ok", "v1"});
    }
    return ledger.Apply(facts)->records;
  }
  Json Put(const std::map<int, std::vector<Bytes>>& parts) {
    crypto::WriteBatch batch;
    const Result<Json> made = DeltaBook(*state_).Put(parts, batch);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    Write(batch);
    return *made;
  }
};

TEST_F(DeltaBookTest, SealedAnewEveryChangeIsStillProvedAndTheOldKeysAreGone) {
  (void)Put({{0, Records(5)}, {3, Records(2)}});
  std::vector<DekId> before;
  ASSERT_TRUE(state_->vault()
                  .ForEachDek([&before](const DekId& id, const crypto::DekScope& scope) {
                    if (scope.dataset == "@deltas") before.push_back(id);
                    return OkStatus();
                  })
                  .ok());
  ASSERT_EQ(before.size(), 2U);
  ASSERT_TRUE(DeltaBook(*state_).Reseal().ok());
  Reopen();
  for (const DekId& id : before) EXPECT_FALSE(Opens(id));
  DeltaBook book(*state_);
  const std::vector<DeltaProof> proofs = *book.ChangesOf({Person(2)}, 3);
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_TRUE(DeltaBook::Verify(proofs[0]).ok());
}

TEST_F(DeltaBookTest, EachChangeIsProvedUnderTheOneRootOverAllPartitions) {
  const Json delta = Put({{0, Records(5)}, {3, Records(2)}});
  DeltaBook book(*state_);
  const std::vector<DeltaProof> first = *book.ChangesOf({Person(4)}, 0);
  const std::vector<DeltaProof> second = *book.ChangesOf({Person(2)}, 3);
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(first[0].leaves, 7U);
  EXPECT_EQ(second[0].index, 6U);
  for (const DeltaProof& proof : {first[0], second[0]}) {
    EXPECT_EQ(proof.root, delta["delta_root"].AsString());
    EXPECT_EQ(proof.delta, delta["delta"].AsString());
    EXPECT_TRUE(DeltaBook::Verify(proof).ok());
    DeltaProof forged = proof;
    forged.record.back() ^= 1U;
    EXPECT_EQ(DeltaBook::Verify(forged).code(), StatusCode::kCorrupt);
  }
  EXPECT_TRUE(book.ChangesOf({Person(9)}, 0)->empty());
}

TEST_F(DeltaBookTest, WhoIsForgottenIsGoneAndTheOthersCanStillProveTheirs) {
  const Json delta = Put({{0, Records(5)}});
  DeltaBook book(*state_);
  crypto::WriteBatch batch;
  ASSERT_TRUE(book.Forget({Person(3)}, 0, batch).ok());
  Write(batch);
  EXPECT_TRUE(book.ChangesOf({Person(3)}, 0)->empty());
  const std::vector<DeltaProof> other = *book.ChangesOf({Person(4)}, 0);
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].root, delta["delta_root"].AsString());
  EXPECT_TRUE(DeltaBook::Verify(other[0]).ok());
  const Status scanned = state_->store().Scan("delta/", [](std::string_view, ByteView value) {
    const SubjectId id = Person(3);
    EXPECT_EQ(AsText(value).find(AsText(id.value)), std::string_view::npos);
    return OkStatus();
  });
  EXPECT_TRUE(scanned.ok());
}

TEST_F(DeltaBookTest, NothingChangedIsADeltaWithoutLeaves) {
  const Json delta = Put({});
  EXPECT_EQ(delta["delta_root"].AsString(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace signet::coordinator
