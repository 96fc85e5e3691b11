#include "pipelines/segments/subject_sample.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

Uuid Person(uint64_t number) {
  SplitMix random(number);
  Uuid id{};
  for (uint8_t& byte : id) byte = static_cast<uint8_t>(random.Next());
  return id;
}

std::vector<Uuid> People(size_t count) {
  std::vector<Uuid> people;
  people.reserve(count);
  for (size_t i = 0; i < count; ++i) people.push_back(Person(i));
  return people;
}

/// The subjects in the sample's order.
std::vector<Uuid> SubjectsIn(SubjectSample sample) {
  sample.Sort();
  std::vector<Uuid> subjects;
  for (size_t i = 0; i < sample.rows(); ++i) subjects.push_back(sample.subject(i));
  return subjects;
}

double ValueOf(const Uuid& person) {
  return person[7];
}

void OfferAll(const std::vector<Uuid>& people, SubjectSample& sample) {
  for (const Uuid& person : people) {
    const double value = ValueOf(person);
    sample.Offer(person, {&value, 1});
  }
}

TEST(SubjectSample, OfPartsMergedIsThatOfAllWhateverTheSplitAndTheOrder) {
  constexpr size_t kRows = 40;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<Uuid> people = People(300 + seed);
    std::vector<std::pair<uint64_t, Uuid>> by_hash;
    by_hash.reserve(people.size());
    for (const Uuid& person : people) by_hash.emplace_back(SubjectHash(person, seed), person);
    std::sort(by_hash.begin(), by_hash.end());
    std::vector<Uuid> lowest;
    for (size_t i = 0; i < kRows; ++i) lowest.push_back(by_hash[i].second);

    SplitMix random(seed);
    for (size_t i = people.size(); i > 1; --i) std::swap(people[i - 1], people[random.Below(i)]);
    const size_t parts = 1 + random.Below(7);
    std::vector<SubjectSample> samples(parts, SubjectSample(kRows, 1, seed));
    for (const Uuid& person : people) OfferAll({person}, samples[random.Below(parts)]);
    SubjectSample merged(kRows, 1, seed);
    for (SubjectSample& part : samples) OfferAll(SubjectsIn(part), merged);
    EXPECT_EQ(SubjectsIn(merged), lowest);
    for (size_t i = 0; i < merged.rows(); ++i) {
      EXPECT_EQ(merged.row(i)[0], ValueOf(merged.subject(i))) << "a row that is another's";
    }
  }
}

TEST(SubjectSample, GivesEverybodyTheSameChance) {
  constexpr size_t kPeople = 200;
  constexpr size_t kRows = 50;
  constexpr uint64_t kSeeds = 800;
  const std::vector<Uuid> people = People(kPeople);
  std::vector<double> drawn(kPeople, 0);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SubjectSample sample(kRows, 1, seed);
    OfferAll(people, sample);
    const std::vector<Uuid> subjects = SubjectsIn(sample);
    const std::set<Uuid> chosen(subjects.begin(), subjects.end());
    for (size_t i = 0; i < kPeople; ++i) drawn[i] += chosen.count(people[i]) != 0 ? 1 : 0;
  }
  // Each count is binomial with a chance of 1/4; their scaled squares add up to about kPeople.
  const double mean = static_cast<double>(kSeeds) * kRows / kPeople;
  double chi_square = 0;
  for (const double count : drawn) {
    chi_square += (count - mean) * (count - mean) / (mean * (1 - 0.25));
  }
  EXPECT_NEAR(chi_square, static_cast<double>(kPeople), 5 * std::sqrt(2.0 * kPeople));
}

TEST(SubjectSample, WhatPeopleHaveInCommonDoesNotDecide) {
  // All persons share one row: a sample by content would take all or none of them.
  SubjectSample sample(10, 1, 3);
  const double same = 0;
  for (const Uuid& person : People(100)) sample.Offer(person, {&same, 1});
  EXPECT_EQ(sample.rows(), 10U);
}

TEST(SubjectSample, OfSeveralRowsOfOneSubjectTheOrderDoesNotDecide) {
  std::vector<double> values = {3, -0.0, 9, 1, 7};
  SubjectSample forwards(3, 1, 1);
  for (const double& value : values) forwards.Offer(Person(1), {&value, 1});
  std::reverse(values.begin(), values.end());
  SubjectSample backwards(3, 1, 1);
  for (const double& value : values) backwards.Offer(Person(1), {&value, 1});
  forwards.Sort();
  backwards.Sort();
  EXPECT_EQ(forwards.Columns(), backwards.Columns());
  EXPECT_EQ(forwards.Columns().front(), (std::vector<double>{0, 1, 3}));
}

TEST(SubjectSample, LetsGoOfThoseAboveAHash) {
  SubjectSample sample(50, 1, 1);
  OfferAll(People(50), sample);
  sample.Sort();
  const uint64_t bound = SubjectHash(sample.subject(19), 1);
  sample.DropAbove(bound);
  EXPECT_EQ(sample.rows(), 20U);
  EXPECT_EQ(SubjectHash(sample.subject(19), 1), bound);
}

TEST(SampleQuota, IsLittleMoreThanAPartitionsShareAndNeverMoreThanAll) {
  EXPECT_EQ(SampleQuota(100'000, 1), 100'000U);
  EXPECT_EQ(SampleQuota(50, 8), 50U);
  for (const int partitions : {2, 8, 64, 1024}) {
    const size_t all = SampleQuota(100'000, partitions) * static_cast<size_t>(partitions);
    EXPECT_GE(all, 100'000U);
    const double bound = 100'000 + 8 * std::sqrt(100'000.0 * partitions) + 64.0 * partitions;
    EXPECT_LE(static_cast<double>(all), bound);
  }
}

}  // namespace
}  // namespace signet::pipelines
