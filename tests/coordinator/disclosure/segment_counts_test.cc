#include "coordinator/disclosure/segment_counts.h"

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

constexpr char kReaders[] = "readers";

class SegmentCountsTest : public StateWorld {
 protected:
  static TellingNote Note() { return {"report", "counts", "", kReaders, std::string(64, 'a')}; }
  static policies::PublicationRule Rule() {
    policies::PublicationRule rule;
    rule.rule = "gdpr.yaml:261 publication";
    rule.article = "GDPR recital 26";
    return rule;
  }
  static Json Report(int64_t published, int64_t counted) {
    const Json segment = Json::Of({{"name", "gold"}, {"members", published}});
    const Json snapshot = Json::Of({{"name", "out"},
                                    {"recipient", "mail"},
                                    {"members", published},
                                    {"segments", Json::List({segment})}});
    const Json figures = Json::Of({{"members", counted}, {"considered", 4'000}});
    return Json::Of({{"pipeline", "loyalty"},
                     {"run", "r"},
                     {"figures", Json::Of({{"gold", Json::List({figures})}})},
                     {"snapshots", Json::List({snapshot})}});
  }
  Json Told(const Json& report) {
    DisclosureBook book(*state_);
    EXPECT_TRUE(book.Load().ok());
    const Result<Json> told = TellRunReport(book, report, Rule(), Note());
    EXPECT_TRUE(told.ok()) << told.status().message();
    return *told;
  }
  static const Json& Published(const Json& told) {
    return told["snapshots"].items()[0]["segments"].items()[0]["members"];
  }
  static const Json& Counted(const Json& told) {
    return told["figures"]["gold"].items()[0]["members"];
  }
};

TEST_F(SegmentCountsTest, ARunsCountsAreToldOnceAndNotShiftedByAFew) {
  EXPECT_EQ(Published(Told(Report(1'000, 1'000))).AsInt(), 1'000);
  const Json later = Told(Report(999, 999));
  EXPECT_TRUE(Published(later).is_null()) << "one person opted out in between";
  EXPECT_TRUE(later["snapshots"].items()[0]["members"].is_null());
  EXPECT_TRUE(Counted(later).is_null());
  EXPECT_EQ(Counted(Told(Report(1'060, 1'060))).AsInt(), 1'060);
}

TEST_F(SegmentCountsTest, HeldAdditionsAreNotTheDifferenceOfTwoCounts) {
  const Json told = Told(Report(1'000, 1'003));
  EXPECT_EQ(Published(told).AsInt(), 1'000);
  EXPECT_TRUE(Counted(told).is_null()) << "three wait to be shown";
}

TEST_F(SegmentCountsTest, OfSegmentsThatLieTooCloseOneIsTold) {
  DisclosureBook book(*state_);
  ASSERT_TRUE(book.Load().ok());
  book.KeepApart(SegmentGroup("loyalty", "a"), SegmentGroup("loyalty", "b"));
  const auto told =
      TellSegments(book,
                   {{"loyalty", "a", 900}, {"loyalty", "b", 910}, {"loyalty", "c", 70}},
                   {},
                   Rule(),
                   Note());
  ASSERT_TRUE(told.ok()) << told.status().message();
  EXPECT_EQ((*told)[0].people, 900);
  EXPECT_FALSE((*told)[1].people.has_value());
  EXPECT_EQ((*told)[2].people, 70);
}

TEST_F(SegmentCountsTest, NoisyCountsSpendTheBudgetAndStopThere) {
  DisclosureBook book(*state_);
  ASSERT_TRUE(book.Load().ok());
  const auto told =
      TellSegments(book,
                   {{"loyalty", "a", 900}, {"loyalty", "b", 910}, {"loyalty", "c", 70}},
                   {0.4},
                   Rule(),
                   Note());
  ASSERT_TRUE(told.ok()) << told.status().message();
  EXPECT_TRUE((*told)[0].people.has_value());
  EXPECT_GT((*told)[0].within_95, 0);
  EXPECT_TRUE((*told)[1].people.has_value());
  EXPECT_FALSE((*told)[2].people.has_value()) << "0.8 of 1.0 is spent";
  const Result<policies::CountFacts> facts = GatherCounts(*state_, {}, Rule(), Note());
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  ASSERT_EQ(facts->budgets.size(), 1U);
  EXPECT_EQ(facts->budgets[0].recipient, kReaders);
  EXPECT_NEAR(facts->budgets[0].spent, 0.8, 1e-9);
}

}  // namespace
}  // namespace signet::coordinator
