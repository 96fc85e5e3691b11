#include "pipelines/models/booster.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numeric>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/support/bit_flip.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

/// Rows whose targets depend on their cells, in some order.
struct Data {
  CodeMatrix codes;
  std::vector<float> classes, amounts, times;
  std::vector<uint8_t> happened;
  std::vector<uint64_t> keys;
};

Data Draw(size_t rows, uint64_t seed) {
  SeededEntropy entropy(seed);
  Data data;
  data.codes.columns = 5;
  for (size_t r = 0; r < rows; ++r) {
    double signal = 0;
    for (int c = 0; c < 5; ++c) {
      const uint64_t code = entropy.Next() % (c == 4 ? 3 : 200);
      const bool missing = entropy.Next() % 20 == 0;
      data.codes.codes.push_back(missing ? CodeMatrix::kMissing : static_cast<uint8_t>(code));
      if (c < 3 && !missing) signal += static_cast<double>(code) / 100 - 1;
    }
    const double noise = static_cast<double>(entropy.Next() % 2000) / 500 - 2;
    data.classes.push_back(signal + noise > 0 ? 1 : 0);
    data.amounts.push_back(signal + noise > 1 ? static_cast<float>(std::exp(signal + noise)) : 0);
    data.times.push_back(static_cast<float>(std::exp(signal + noise)));
    data.happened.push_back(entropy.Next() % 4 == 0 ? 0 : 1);
    data.keys.push_back(entropy.Next());
  }
  return data;
}

Data Shuffled(const Data& data, uint64_t seed) {
  std::vector<size_t> order(data.keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  SeededEntropy entropy(seed);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[entropy.Next() % i]);
  Data other;
  other.codes = data.codes.Rows(order);
  for (const size_t i : order) {
    other.classes.push_back(data.classes[i]);
    other.amounts.push_back(data.amounts[i]);
    other.times.push_back(data.times[i]);
    other.happened.push_back(data.happened[i]);
    other.keys.push_back(data.keys[i]);
  }
  return other;
}

Targets TargetsOf(const Data& data, Loss loss) {
  switch (loss) {
    case Loss::kLogistic:
    case Loss::kSquared:
      return {data.classes, {}, {}, 1};
    case Loss::kTweedie:
      return {data.amounts, {}, {}, 1};
    case Loss::kGamma:
      return {data.times, {}, {}, 1};
    case Loss::kSurvival:
      break;
  }
  return {data.times, data.happened, {}, 0.8};
}

Booster Learnt(Loss loss, const Data& data, int threads, int rounds = 40) {
  BoosterOptions options;
  options.rounds_max = rounds;
  options.min_child_weight = 5;
  options.column_share = 0.6;
  options.threads = threads;
  const CodeMatrix none{data.codes.columns, {}};
  return std::move(
      Booster::Train(loss, options, 3, {data.codes, TargetsOf(data, loss)}, {none, {}}, {})
          .value());
}

TEST(Booster, GivesTheSameBytesForAnyRowOrderAndThreadCount) {
  const Data data = Draw(6000, 5);
  for (const Loss loss :
       {Loss::kLogistic, Loss::kSquared, Loss::kTweedie, Loss::kGamma, Loss::kSurvival}) {
    SCOPED_TRACE(ObjectiveName(loss));
    const Bytes bytes = Learnt(loss, data, 1).Save().value();
    for (const int threads : {1, 2, 3, 5}) {
      const Data other = Shuffled(data, 100 + static_cast<uint64_t>(threads));
      EXPECT_TRUE(Learnt(loss, other, threads).Save().value() == bytes) << threads;
    }
  }
}

TEST(Booster, ForestsGiveTheSameBytesForAnyRowOrderAndThreadCount) {
  const Data data = Draw(4000, 6);
  const auto grown = [](const Data& rows, int threads) {
    BoosterOptions options;
    options.rounds_max = 20;
    options.threads = threads;
    return Booster::TrainForest(options, 9, {rows.codes, {rows.classes, {}, {}, 1}}, rows.keys, {})
        .value()
        .Save()
        .value();
  };
  const Bytes bytes = grown(data, 1);
  EXPECT_TRUE(grown(Shuffled(data, 8), 1) == bytes);
  EXPECT_TRUE(grown(Shuffled(data, 9), 3) == bytes);
}

TEST(Booster, LearnsTheSameBytesFromRowsOnADisk) {
  const Data data = Draw(6000, 5);
  const testing_support::ScratchFolder folder;
  CodeStore disk(data.codes.columns, ScratchFile::Create(folder.path()).value());
  ASSERT_TRUE(disk.Append(data.codes.codes).ok());
  ASSERT_TRUE(disk.Finish().ok());
  BoosterOptions options;
  options.rounds_max = 30;
  options.min_child_weight = 5;
  options.column_share = 0.6;
  const CodeMatrix none{data.codes.columns, {}};
  for (const Loss loss :
       {Loss::kLogistic, Loss::kSquared, Loss::kTweedie, Loss::kGamma, Loss::kSurvival}) {
    SCOPED_TRACE(ObjectiveName(loss));
    const Targets targets = TargetsOf(data, loss);
    const auto learnt = [&](CodeRows rows, int threads) {
      options.threads = threads;
      return Booster::Train(loss, options, 3, {rows, targets}, {none, {}}, {}).value();
    };
    const Booster memory = learnt(data.codes, 1);
    EXPECT_TRUE(learnt(disk, 1).Save().value() == memory.Save().value());
    EXPECT_TRUE(learnt(disk, 2).Save().value() == memory.Save().value());
    EXPECT_EQ(memory.Margins(disk, 1).value(), memory.Margins(data.codes, 1).value());
  }
  const auto forest = [&](CodeRows rows) {
    return Booster::TrainForest(options, 9, {rows, {data.classes, {}, {}, 1}}, data.keys, {})
        .value()
        .Save()
        .value();
  };
  EXPECT_TRUE(forest(disk) == forest(data.codes));
}

TEST(Booster, EndsWhenTheDiskFails) {
  const Data data = Draw(6000, 5);
  const testing_support::ScratchFolder folder;
  const auto file = ScratchFile::Create(folder.path()).value();
  CodeStore disk(data.codes.columns, file);
  ASSERT_TRUE(disk.Append(data.codes.codes).ok());
  ASSERT_TRUE(disk.Finish().ok());
  ASSERT_TRUE(testing_support::FlipBit(file->descriptor(), 100));
  const CodeMatrix none{data.codes.columns, {}};
  const Result<Booster> booster =
      Booster::Train(Loss::kLogistic, {}, 1, {disk, {data.classes, {}, {}, 1}}, {none, {}}, {});
  EXPECT_EQ(booster.status().code(), StatusCode::kCorrupt);
}

TEST(Booster, SaysThatTheDiskIsFullAndWhatHelps) {
  const Data data = Draw(6000, 5);
  const testing_support::ScratchFolder folder;
  CodeStore disk(data.codes.columns, ScratchFile::Create(folder.path()).value());
  ASSERT_TRUE(disk.Append(data.codes.codes).ok());
  ASSERT_TRUE(disk.Finish().ok());
  // No file of this process may grow beyond 10,000 bytes: XGBoost's first page does not fit.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const CodeMatrix none{data.codes.columns, {}};
  const Result<Booster> booster =
      Booster::Train(Loss::kLogistic, {}, 1, {disk, {data.classes, {}, {}, 1}}, {none, {}}, {});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  static_cast<void>(signal(SIGXFSZ, handler));
  EXPECT_EQ(booster.status().code(), StatusCode::kUnavailable) << booster.status().ToString();
  EXPECT_FALSE(booster.status().remedy().empty());
}

TEST(Booster, LearnsEachLossBetterThanItsMean) {
  const Data data = Draw(6000, 5);
  for (const Loss loss :
       {Loss::kLogistic, Loss::kSquared, Loss::kTweedie, Loss::kGamma, Loss::kSurvival}) {
    SCOPED_TRACE(ObjectiveName(loss));
    const Targets targets = TargetsOf(data, loss);
    const std::vector<float> one = Learnt(loss, data, 2, 1).Margins(data.codes, 1).value();
    const std::vector<float> many = Learnt(loss, data, 2, 60).Margins(data.codes, 1).value();
    EXPECT_LT(MeanLoss(loss, targets, many), MeanLoss(loss, targets, one) - 0.01);
  }
}

TEST(Booster, ObeysMonotoneConstraints) {
  const Data data = Draw(3000, 7);
  BoosterOptions options;
  options.rounds_max = 40;
  options.min_child_weight = 1;
  options.monotone = {-1, 0, 1, 0, 0};
  const CodeMatrix none{5, {}};
  const Booster booster =
      Booster::Train(
          Loss::kLogistic, options, 1, {data.codes, {data.classes, {}, {}, 1}}, {none, {}}, {})
          .value();
  CodeMatrix rows{5, {}};
  for (int code = 0; code < 200; ++code) {
    rows.codes.insert(rows.codes.end(), {static_cast<uint8_t>(code), 100, 100, 100, 1});
  }
  for (int code = 0; code < 200; ++code) {
    rows.codes.insert(rows.codes.end(), {100, 100, static_cast<uint8_t>(code), 100, 1});
  }
  const std::vector<float> margins = booster.Margins(rows, 1).value();
  EXPECT_TRUE(std::is_sorted(margins.begin(), margins.begin() + 200, std::greater<>()));
  EXPECT_TRUE(std::is_sorted(margins.begin() + 200, margins.end()));
  EXPECT_LT(margins[200], margins[399]);
}

TEST(Booster, StopsEarlyAndKeepsTheBestRounds) {
  const Data data = Draw(800, 8);
  const Data held = Draw(400, 9);
  BoosterOptions options;
  options.rounds_max = 2000;
  options.learning_rate = 0.3;
  options.min_child_weight = 1;
  options.early_stopping_rounds = 10;
  const Booster booster = Booster::Train(Loss::kLogistic,
                                         options,
                                         1,
                                         {data.codes, {data.classes, {}, {}, 1}},
                                         {held.codes, {held.classes, {}, {}, 1}},
                                         {})
                              .value();
  EXPECT_LT(booster.rounds(), 200);
  EXPECT_EQ(booster.Trees().value().size(), static_cast<size_t>(booster.rounds()));
}

TEST(Booster, LearnsFromRowsInBlocksAsFromCopiesOfThem) {
  // So wide that XGBoost gets each fold in several blocks.
  Data data = Draw(4000, 10);
  CodeMatrix wide{4000, {}};
  wide.codes.reserve(wide.columns * data.keys.size());
  for (size_t row = 0; row < data.keys.size(); ++row) {
    for (size_t c = 0; c < wide.columns; ++c) {
      wide.codes.push_back(data.codes.codes[(row * 5 + c) % data.codes.codes.size()]);
    }
  }
  std::vector<size_t> inside;
  std::vector<size_t> outside;
  std::vector<float> labels[2];
  for (size_t row = 0; row < data.keys.size(); ++row) {
    (row % 4 == 1 ? outside : inside).push_back(row);
    labels[row % 4 == 1 ? 1 : 0].push_back(data.classes[row]);
  }
  BoosterOptions options;
  options.rounds_max = 40;
  options.early_stopping_rounds = 3;
  options.min_child_weight = 1;
  options.learning_rate = 0.5;
  const auto learnt = [&](const Booster::Fold& train, const Booster::Fold& held) {
    return std::move(Booster::Train(Loss::kLogistic, options, 3, train, held, {}).value());
  };
  const Booster there =
      learnt({wide, {labels[0], {}, {}, 1}, inside}, {wide, {labels[1], {}, {}, 1}, outside});
  const CodeMatrix train = wide.Rows(inside);
  const CodeMatrix held = wide.Rows(outside);
  const Booster copied = learnt({train, {labels[0], {}, {}, 1}}, {held, {labels[1], {}, {}, 1}});
  EXPECT_LT(there.rounds(), 40);
  EXPECT_TRUE(there.Save().value() == copied.Save().value());
  EXPECT_EQ(there.Margins(wide, 2, outside).value(), copied.Margins(held, 1).value());
  // And from a disk, where XGBoost keeps several pages of each fold, sealed.
  const testing_support::ScratchFolder folder;
  CodeStore disk(wide.columns, ScratchFile::Create(folder.path()).value());
  ASSERT_TRUE(disk.Append(wide.codes).ok());
  ASSERT_TRUE(disk.Finish().ok());
  const Booster paged =
      learnt({disk, {labels[0], {}, {}, 1}, inside}, {disk, {labels[1], {}, {}, 1}, outside});
  EXPECT_TRUE(paged.Save().value() == copied.Save().value());
  EXPECT_EQ(paged.Margins(disk, 2, outside).value(), copied.Margins(held, 1).value());
}

TEST(Booster, JudgesRoundsOnCompressedRowsAsPredictionDoes) {
  const Data data = Draw(800, 8);
  const Data held = Draw(400, 9);
  const Targets exam{held.classes, {}, {}, 1};
  BoosterOptions options;
  options.rounds_max = 200;
  options.learning_rate = 0.3;
  options.min_child_weight = 1;
  options.early_stopping_rounds = 10;
  const auto learnt = [&](const Targets& targets) {
    return std::move(Booster::Train(Loss::kLogistic,
                                    options,
                                    1,
                                    {data.codes, {data.classes, {}, {}, 1}},
                                    {held.codes, targets},
                                    {})
                         .value());
  };
  const int kept = learnt(exam).rounds();
  int best = 0;
  double least = HUGE_VAL;
  for (options.rounds_max = 1; options.rounds_max <= kept + 10; ++options.rounds_max) {
    const double loss = MeanLoss(Loss::kLogistic, exam, learnt({}).Margins(held.codes, 1).value());
    if (loss < least) {
      least = loss;
      best = options.rounds_max;
    }
  }
  EXPECT_EQ(kept, best);
}

TEST(Booster, SurvivesItsBytesAndRefusesOthers) {
  const Data data = Draw(500, 9);
  const Booster booster = Learnt(Loss::kTweedie, data, 1);
  const Result<Booster> read = Booster::Load(booster.Save().value());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Margins(data.codes, 1).value(), booster.Margins(data.codes, 2).value());
  EXPECT_EQ(Booster::Load(ToBytes("nonsense")).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::pipelines
