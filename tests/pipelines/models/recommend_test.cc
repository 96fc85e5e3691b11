#include "pipelines/models/recommend.h"

#include <set>
#include <string>
#include <vector>

#include "tests/pipelines/models/recommend_world.h"

namespace signet::pipelines {
namespace {

class RecommendTest : public RecommendWorld {
 protected:
  std::vector<std::string> Names(RecommendMethod method, size_t customer, Candidates candidates) {
    const RecommendData data = Read();
    std::vector<std::string> names;
    std::vector<float> scores;
    for (const Recommended& one :
         Recommender::Fit(method, data, options())->Recommend(customer, candidates, scores)) {
      names.push_back(data.items[one.item]);
    }
    return names;
  }
  static RecommendOptions options() {
    RecommendOptions options;
    options.top = 3;
    options.factors.factors = 2;
    options.factors.alpha = 2;
    return options;
  }
};

TEST_F(RecommendTest, ItemItemKeepsToTheTasteOfTheCustomer) {
  for (const size_t customer : {4U, 5U}) {
    const std::vector<std::string> names =
        Names(RecommendMethod::kItemItem, customer, Candidates::kNew);
    ASSERT_EQ(names.size(), 3U);
    for (const std::string& name : names) EXPECT_EQ(name[0], customer % 2 == 0 ? 'a' : 'b');
  }
}

TEST_F(RecommendTest, CandidatesAreThoseAskedFor) {
  // Customer 4 took a2, a5, a8 once each before the cut, and bread four times.
  for (const RecommendMethod method : kRecommendMethods) {
    SCOPED_TRACE(RecommendMethodName(method));
    for (const std::string& name : Names(method, 4, Candidates::kNew)) {
      EXPECT_EQ((std::set<std::string>{"a2", "a5", "a8", "bread"}).count(name), 0U) << name;
    }
    const std::vector<std::string> rare = Names(method, 4, Candidates::kRare);
    EXPECT_EQ(std::set<std::string>(rare.begin(), rare.end()),
              (std::set<std::string>{"a2", "a5", "a8"}));
  }
  EXPECT_EQ(Names(RecommendMethod::kOwnFrequency, 4, Candidates::kAll)[0], "bread");
  EXPECT_EQ(Names(RecommendMethod::kOwnRecency, 4, Candidates::kAll)[0], "bread");
  EXPECT_EQ(Names(RecommendMethod::kOwnRecency, 4, Candidates::kRare)[0], "a8");
}

TEST_F(RecommendTest, NamesGoThereAndBack) {
  for (const RecommendMethod method : kRecommendMethods) {
    EXPECT_EQ(*RecommendMethodFromName(RecommendMethodName(method)), method);
  }
  for (const Candidates candidates : kCandidates) {
    EXPECT_EQ(*CandidatesFromName(CandidatesName(candidates)), candidates);
  }
  EXPECT_FALSE(RecommendMethodFromName("svd").ok());
  EXPECT_FALSE(CandidatesFromName("some").ok());
}

}  // namespace
}  // namespace signet::pipelines
