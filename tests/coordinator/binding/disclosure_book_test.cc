#include "coordinator/binding/disclosure_book.h"

#include <memory>

#include <gtest/gtest.h>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

using policies::NoiseKind;

class DisclosureBookTest : public testing::Test {
 protected:
  /// Opens the state anew: what was not durable is gone.
  std::unique_ptr<StateFolder> Open() {
    Result<std::unique_ptr<StateFolder>> state =
        StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
    EXPECT_TRUE(state.ok()) << state.status().message();
    return state.ok() ? std::move(state).value() : nullptr;
  }
  static policies::PublicationRule Rule() {
    policies::PublicationRule rule;
    rule.rule = "gdpr.yaml:240 publication";
    return rule;
  }

  static TellingNote Note() { return {"report", "loyalty", "", "press", ""}; }

  testing_support::ScratchFolder scratch_;
  SystemClock clock_;
  SystemEntropy entropy_;
};

TEST_F(DisclosureBookTest, RemembersAcrossOpeningsWhatWasTold) {
  {
    const auto state = Open();
    DisclosureBook book(*state);
    ASSERT_TRUE(book.Load().ok());
    const Result<std::vector<bool>> told =
        book.Tell({{"press", "loyalty/a", 100, 1}, {"press", "loyalty/b", 3, 1}}, Rule(), Note());
    ASSERT_TRUE(told.ok()) << told.status().message();
    EXPECT_EQ(*told, (std::vector<bool>{true, false}));
  }
  const auto state = Open();
  DisclosureBook book(*state);
  ASSERT_TRUE(book.Load().ok());
  EXPECT_TRUE(book.ledger().Knows("loyalty/a"));
  EXPECT_FALSE(book.ledger().Knows("loyalty/b"));
  EXPECT_EQ(*book.Tell({{"board", "loyalty/a", 101, 2}}, Rule(), Note()),
            (std::vector<bool>{false}));
}

TEST_F(DisclosureBookTest, ABudgetIsSpentAcrossOpenings) {
  {
    const auto state = Open();
    DisclosureBook book(*state);
    ASSERT_TRUE(book.Load().ok());
    ASSERT_TRUE(book.TellNoisy(1000, {0.7, NoiseKind::kLaplace}, Rule(), Note()).ok());
  }
  const auto state = Open();
  DisclosureBook book(*state);
  ASSERT_TRUE(book.Load().ok());
  EXPECT_EQ(book.TellNoisy(1000, {0.7, NoiseKind::kLaplace}, Rule(), Note()).status().code(),
            StatusCode::kDenied);
  EXPECT_TRUE(book.TellNoisy(1000, {0.3, NoiseKind::kLaplace}, Rule(), Note()).ok());
}

TEST_F(DisclosureBookTest, SizesOfListsAreNotedInTheWriteThatPublishesThem) {
  const auto state = Open();
  crypto::WriteBatch batch;
  for (const char* segment : {"a", "b"}) {
    DisclosureBook book(*state);
    ASSERT_TRUE(book.Load(&batch).ok());
    book.Note({"mail", SegmentGroup("loyalty", segment), 100, 1});
    book.Put(batch);
  }
  DisclosureBook before(*state);
  ASSERT_TRUE(before.Load().ok());
  EXPECT_TRUE(before.ledger().Told("mail").empty()) << "nothing was written yet";
  ASSERT_TRUE(state->store().Write(batch, crypto::Durability::kSync).ok());
  DisclosureBook after(*state);
  ASSERT_TRUE(after.Load().ok());
  EXPECT_EQ(after.ledger().Told("mail").size(), 2U) << "the second knew of the first";
}

TEST_F(DisclosureBookTest, EveryTellingIsAnEntryOfTheLogWithoutACount) {
  const auto state = Open();
  DisclosureBook book(*state);
  ASSERT_TRUE(book.Load().ok());
  ASSERT_TRUE(
      book.Tell({{"press", "loyalty/a", 7351, 1}, {"press", "loyalty/b", 3, 1}}, Rule(), Note())
          .ok());
  ASSERT_TRUE(book.TellNoisy(7351, {0.25, NoiseKind::kLaplace}, Rule(), Note()).ok());
  ASSERT_TRUE(book.TellNoisy(7351, {0.25, NoiseKind::kGaussian}, Rule(), Note()).ok());
  ASSERT_TRUE(book.Refused(Note()).ok());
  std::vector<std::string> outcomes;
  for (uint64_t i = 0; i < state->audit().size(); ++i) {
    const Json entry = state->audit().Entry(i).value();
    if (entry["type"].AsString() != "disclosure.told") continue;
    outcomes.push_back(entry["facts"]["outcome"].AsString());
    // All of it but its time, whose microseconds may be any digits.
    std::string text = entry.Dump();
    const std::string& time = entry["time"].AsString();
    ASSERT_FALSE(time.empty());
    text.erase(text.find(time), time.size());
    EXPECT_EQ(text.find("7351"), std::string::npos) << text;
    if (outcomes.back() == "told") {
      EXPECT_EQ(entry["facts"]["told"].AsInt(), 1);
      EXPECT_EQ(entry["facts"]["withheld"].AsInt(), 1);
    }
    if (outcomes.back() == "noisy") {
      const bool gaussian = entry["facts"]["noise"].AsString() == "gaussian";
      EXPECT_EQ(entry["facts"]["epsilon_thousandths"].AsInt(), gaussian ? 0 : 250);
      EXPECT_EQ(entry["facts"]["rho_billionths"].AsInt() > 0, gaussian);
    }
  }
  EXPECT_EQ(outcomes, (std::vector<std::string>{"told", "noisy", "noisy", "refused"}));
}

}  // namespace
}  // namespace signet::coordinator
