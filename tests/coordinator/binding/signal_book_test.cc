#include "coordinator/binding/signal_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/pseudonym/suppression_hasher.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class SignalBookTest : public StateWorld {
 protected:
  static Uuid Link(uint8_t n) {
    Uuid link{};
    link[0] = n;
    link[9] = 0xAB;
    return link;
  }
  void Keep(const std::vector<Uuid>& links) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(SignalBook(*state_).Keep(links, clock_.Now(), batch).ok());
    Write(batch);
  }
};

TEST_F(SignalBookTest, AKeptSignalWaitsAcrossARestartWithItsFirstTime) {
  Keep({Link(1)});
  const int64_t first = clock_.Now().micros;
  clock_.Advance(5'000'000);
  Keep({Link(1), Link(2)});
  Reopen();
  SignalBook book(*state_);
  EXPECT_EQ(*book.Count(), 2U);
  const Json list = *book.ForResolve();
  ASSERT_EQ(list.size(), 2U);
  const SecretBytes key = state_->vault().Derive(crypto::KeyUse::kSuppression, "");
  const std::string value = UuidText(crypto::SuppressionHasher(key).Of(Link(1)));
  bool found = false;
  for (const Json& item : list.items()) {
    if (item.items().at(0).AsString() != value) continue;
    found = true;
    EXPECT_EQ(item.items().at(1).AsInt(), first) << "said again, it keeps its time";
  }
  EXPECT_TRUE(found);
}

TEST_F(SignalBookTest, AReKeyedSignalIsFoundByItsLinkUnderTheNewCovers) {
  Keep({Link(1), Link(2)});
  const int64_t time = clock_.Now().micros;
  crypto::WriteBatch batch;
  const auto covers = state_->vault().MakeCovers(batch);
  ASSERT_TRUE(covers.ok());
  ASSERT_TRUE(SignalBook(*state_).Renew(crypto::CoverChange(covers->suppression), batch).ok());
  Write(batch);
  ASSERT_TRUE(state_->vault().TakeCovers().ok());
  const Json list = *SignalBook(*state_).ForResolve();
  ASSERT_EQ(list.size(), 2U);
  const crypto::SuppressionHasher hasher(state_->vault().SuppressionKey());
  const Uuid link = crypto::CoverChange(covers->links).Of(Link(1));
  const std::string value = UuidText(hasher.Of(link));
  bool found = false;
  for (const Json& item : list.items()) {
    found = found || (item.items().at(0).AsString() == value && item.items().at(1).AsInt() == time);
  }
  EXPECT_TRUE(found);
}

TEST_F(SignalBookTest, TheStoreNamesNoLink) {
  Keep({Link(7)});
  const std::string link = UuidText(Link(7));
  ASSERT_TRUE(state_->store()
                  .Scan("",
                        [&link](std::string_view key, ByteView) {
                          EXPECT_EQ(key.find(link), std::string_view::npos);
                          return OkStatus();
                        })
                  .ok());
}

TEST_F(SignalBookTest, WhatIsTakenBecomesAFactAndIsKeptNoLonger) {
  Keep({Link(1), Link(2)});
  const Json list = *SignalBook(*state_).ForResolve();
  SubjectId subject;
  subject.value[3] = 9;
  const Json result = Json::List({Json::Of({{"value", list.items()[0].items()[0]},
                                            {"subject", UuidText(subject.value)},
                                            {"time", list.items()[0].items()[1]}})});
  const auto known = SignalBook::FromResult(result);
  ASSERT_TRUE(known.ok());
  ASSERT_EQ(known->size(), 1U);
  crypto::WriteBatch batch;
  const policies::Fact fact = SignalBook::Take(known->front(), batch);
  Write(batch);
  EXPECT_EQ(fact.kind, policies::Fact::kGpc);
  EXPECT_EQ(fact.subject, subject);
  EXPECT_EQ(fact.time_micros, list.items()[0].items()[1].AsInt());
  EXPECT_EQ(*SignalBook(*state_).Count(), 1U);
  EXPECT_FALSE(SignalBook::FromResult(Json::List({Json::Of({{"subject", "x"}})})).ok());
}

}  // namespace
}  // namespace signet::coordinator
