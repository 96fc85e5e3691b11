// Clusters learnt from a sample of the subjects, through the real programs: validate, plan, run,
// and what becomes of it when somebody withdraws or is erased.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using testing_support::ProcessResult;

constexpr int kCustomers = 400;
constexpr int kErased = 7;
constexpr int kWithdrawn = 11;

/// The shop with clusters of its buyers, learnt from 120 of them.
std::string Pipeline() {
  return Replaced(ShopPipeline(), "  publish:\n", R"(  groups:
    uses: cluster
    purpose: marketing.segmentation
    from: profile
    columns: [orders_count, spend]
    where: orders_count >= 1
    log: true
    k: 2..4
    restarts: 2
    group_min: 1
    sample: 120
  in_group:
    uses: assign
    purpose: marketing.segmentation
    inputs: {profile: profile, groups: groups}
  publish:
)");
}

class Clusters : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    WriteText(place_.pipeline(), Pipeline());
  }
  [[nodiscard]] ProcessResult OnPipeline(const std::string& command) const {
    return place_.Signet(
        {command, place_.pipeline().string(), "-p", "data=" + place_.data().string()});
  }
  [[nodiscard]] std::string FileNaming(int customer) const {
    const auto file = place_.root() / ("who-" + std::to_string(customer) + ".txt");
    WriteText(file, "email  " + ShopEmail(customer) + "\n");
    return file.string();
  }
  static const Json& FiguresOf(const Json& report, const std::string& step) {
    static const Json kNone;
    const Json& tasks = report["figures"][step];
    EXPECT_EQ(tasks.size(), 1U) << step;
    return tasks.size() == 1 ? tasks.items().front() : kNone;
  }
  /// What the card counts is what `assign` gives; returns how many subjects there are.
  static int64_t ExpectCardAndMembersAgree(const Json& report) {
    const Json& card = FiguresOf(report, "groups");
    int64_t people = 0;
    for (const Json& cluster : card["clusters"].items()) {
      const std::string name = "cluster_" + std::to_string(cluster["cluster"].AsInt());
      int64_t members = 0;
      for (const Json& task : report["figures"]["in_group"].items()) {
        members += task["tiers"][name].AsInt();
      }
      EXPECT_EQ(members, cluster["size"].AsInt()) << name;
      people += members;
    }
    EXPECT_EQ(card["sampled"]["rows"].AsInt(), 120) << card.Dump();
    EXPECT_EQ(card["sampled"]["of"].AsInt(), people);
    EXPECT_EQ(card["rows_used"].AsInt(), people);
    EXPECT_EQ(card["clusters_too_small_to_tell"].AsInt(), 0);
    return people;
  }

  Workplace place_;
};

TEST_F(Clusters, OfASampleAreToldOfEverybodyWhoMayBeUsed) {
  EXPECT_EQ(OnPipeline("validate").exit_code, 0);
  const ProcessResult plan = OnPipeline("plan");
  ASSERT_EQ(plan.exit_code, 0) << plan.err;
  for (const char* line : {"groups.sample  (cluster_sample, 2 tasks",
                           "groups.scaling  (cluster_sums, 2 tasks",
                           "groups.learnt  (cluster_learn, 1 task",
                           "groups.sums  (cluster_sums, 2 tasks",
                           "groups  (cluster_merge, 1 task"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << plan.out;
  }

  const Json first = place_.Run();
  EXPECT_EQ(ExpectCardAndMembersAgree(first), ShopMembers(kCustomers));
  EXPECT_EQ(FiguresOf(first, "groups.learnt")["rows"].AsInt(), 120);

  // Another number of workers: the very same card.
  const Json again = place_.Run({"--workers", "1"});
  EXPECT_EQ(FiguresOf(again, "groups"), FiguresOf(first, "groups"));

  // One withdraws, one is erased: neither counts any more, though the files still name them.
  const ProcessResult withdrawn = place_.Signet({"consent",
                                                 "set",
                                                 "--state",
                                                 place_.state().string(),
                                                 "--from",
                                                 FileNaming(kWithdrawn),
                                                 "--purpose",
                                                 "marketing.segmentation",
                                                 "--to",
                                                 "withdrawn"});
  ASSERT_EQ(withdrawn.exit_code, 0) << withdrawn.err;
  const ProcessResult erased = place_.Signet(
      {"subject", "erase", "--state", place_.state().string(), "--from", FileNaming(kErased)});
  ASSERT_EQ(erased.exit_code, 0) << erased.err;
  // Nothing of the parts was left for the erasure to search: they died with the run.
  EXPECT_NE(erased.out.find("shop/profile"), std::string::npos) << erased.out;
  EXPECT_EQ(erased.out.find("groups.sample"), std::string::npos) << erased.out;
  EXPECT_NE(erased.out.find("shop:groups@"), std::string::npos)
      << "the model learnt from somebody who was erased is not flagged: " << erased.out;
  EXPECT_EQ(ExpectCardAndMembersAgree(place_.Run()), ShopMembers(kCustomers) - 2);
}

TEST_F(Clusters, AWrongSampleIsRefusedWhereItStands) {
  WriteText(place_.pipeline(), Replaced(Pipeline(), "sample: 120", "sample: 3"));
  const ProcessResult refused = OnPipeline("validate");
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_NE(refused.err.find("sample: 3"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("step 'groups'"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace signet::e2e
