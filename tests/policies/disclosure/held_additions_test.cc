#include "policies/disclosure/held_additions.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

PublicationRule TenWithinAWeek() {
  PublicationRule rule;
  rule.min_group = 10;
  rule.hold_max_s = int64_t{7} * 86'400;
  return rule;
}

std::vector<Uuid> People(int from, int to) {
  std::vector<Uuid> people;
  for (int i = from; i < to; ++i) {
    Uuid uuid{};
    uuid[14] = static_cast<uint8_t>(i / 256);
    uuid[15] = static_cast<uint8_t>(i % 256);
    people.push_back(uuid);
  }
  return people;
}

TEST(ReleaseMembers, AFirstListOfAGroupIsShownWhole) {
  const ReleasedList list = ReleaseMembers({}, {}, People(0, 12), kDay, TenWithinAWeek());
  EXPECT_EQ(list.members, People(0, 12));
  EXPECT_TRUE(list.held.empty());
  EXPECT_EQ(list.joined, 12U);
}

TEST(ReleaseMembers, FewAdditionsWaitUntilTheyAreAGroup) {
  const PublicationRule rule = TenWithinAWeek();
  ReleasedList list = ReleaseMembers(People(0, 12), {}, People(0, 15), kDay, rule);
  EXPECT_EQ(list.members, People(0, 12));
  EXPECT_EQ(list.held.size(), 3U);
  EXPECT_EQ(list.due_micros, 8 * kDay);
  list = ReleaseMembers(list.members, list.held, People(0, 21), 2 * kDay, rule);
  EXPECT_EQ(list.members, People(0, 12));
  EXPECT_EQ(list.held.front().since_micros, kDay) << "the first three wait since day 1";
  EXPECT_EQ(list.held.back().since_micros, 2 * kDay);
  list = ReleaseMembers(list.members, list.held, People(0, 22), 3 * kDay, rule);
  EXPECT_EQ(list.members, People(0, 22));
  EXPECT_TRUE(list.held.empty());
  EXPECT_FALSE(list.by_age);
}

TEST(ReleaseMembers, NobodyWaitsLongerThanTheRuleSays) {
  const PublicationRule rule = TenWithinAWeek();
  ReleasedList list = ReleaseMembers(People(0, 12), {}, People(0, 13), kDay, rule);
  list = ReleaseMembers(list.members, list.held, People(0, 14), 8 * kDay - 1, rule);
  EXPECT_EQ(list.held.size(), 2U);
  list = ReleaseMembers(list.members, list.held, People(0, 14), 8 * kDay, rule);
  EXPECT_EQ(list.members, People(0, 14));
  EXPECT_TRUE(list.by_age);
}

TEST(ReleaseMembers, AgeLetsNobodyIntoAListThatIsNoGroup) {
  const PublicationRule rule = TenWithinAWeek();
  ReleasedList list = ReleaseMembers({}, {}, People(0, 9), kDay, rule);
  list = ReleaseMembers(list.members, list.held, People(0, 9), 30 * kDay, rule);
  EXPECT_TRUE(list.members.empty());
  EXPECT_EQ(list.held.size(), 9U);
  list = ReleaseMembers(list.members, list.held, People(0, 10), 31 * kDay, rule);
  EXPECT_EQ(list.members, People(0, 10)) << "now they are a group";
}

TEST(ReleaseMembers, RemovalsAlwaysGoThrough) {
  const PublicationRule rule = TenWithinAWeek();
  const ReleasedList list = ReleaseMembers(People(0, 40), {}, People(1, 41), kDay, rule);
  EXPECT_EQ(list.members, People(1, 40)) << "one left, and is gone; one came, and waits";
  EXPECT_EQ(list.left, 1U);
  EXPECT_EQ(list.held.size(), 1U);
  EXPECT_TRUE(ReleaseMembers(People(0, 40), {}, {}, kDay, rule).members.empty());
}

TEST(ReleaseMembers, WhoLeavesWhileHeldIsForgotten) {
  const PublicationRule rule = TenWithinAWeek();
  ReleasedList list = ReleaseMembers(People(0, 12), {}, People(0, 14), kDay, rule);
  list = ReleaseMembers(list.members, list.held, People(0, 12), 2 * kDay, rule);
  EXPECT_TRUE(list.held.empty());
  list = ReleaseMembers(list.members, list.held, People(0, 14), 3 * kDay, rule);
  EXPECT_EQ(list.held.front().since_micros, 3 * kDay) << "the time starts anew";
}

TEST(ReleaseMembers, NeverShowsWhoIsNotInTheListNorHidesForEver) {
  const PublicationRule rule = TenWithinAWeek();
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SeededEntropy entropy(seed);
    ReleasedList list;
    for (int day = 1; day < 40; ++day) {
      std::vector<Uuid> now;
      for (const Uuid& one : People(0, 60)) {
        if (entropy.Next() % 3 != 0) now.push_back(one);
      }
      const std::vector<Uuid> before = list.members;
      list = ReleaseMembers(before, list.held, now, day * kDay, rule);
      ASSERT_TRUE(std::includes(now.begin(), now.end(), list.members.begin(), list.members.end()));
      ASSERT_EQ(list.members.size() + list.held.size(), now.size());
      for (const HeldMember& held : list.held) {
        ASSERT_LT(day * kDay - held.since_micros, 7 * kDay) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace signet::policies
