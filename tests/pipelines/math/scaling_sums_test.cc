#include "pipelines/math/scaling_sums.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/column_scaling.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {
namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();

/// Rows of very different sizes, a few incomplete; the third column is constant.
std::vector<std::vector<double>> Rows(size_t count) {
  SplitMix random(5);
  std::vector<std::vector<double>> rows;
  for (size_t i = 0; i < count; ++i) {
    const double wide = std::exp(20 * random.Uniform());
    rows.push_back({i % 11 == 3 ? kNone : random.Uniform() + 1e9, wide, 4});
  }
  return rows;
}

ScalingSums SumsOf(const std::vector<std::vector<double>>& rows, bool log) {
  ScalingSums sums(rows.front().size(), log);
  for (const std::vector<double>& row : rows) sums.Add(row);
  return sums;
}

std::vector<std::vector<double>> Turned(const std::vector<std::vector<double>>& rows) {
  std::vector<std::vector<double>> columns(rows.front().size());
  for (const std::vector<double>& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) columns[c].push_back(row[c]);
  }
  return columns;
}

TEST(ScalingSums, AreTheSameHoweverRowsAreSplitAndInWhateverOrder) {
  const auto rows = Rows(500);
  const Bytes whole = SumsOf(rows, /*log=*/true).Encode();
  for (const size_t parts : {2, 5, 8}) {
    std::vector<ScalingSums> split(parts, ScalingSums(3, /*log=*/true));
    for (size_t i = rows.size(); i-- > 0;) split[i * i % parts].Add(rows[i]);
    ScalingSums merged(3, /*log=*/true);
    for (size_t p = parts; p-- > 0;) merged.Merge(split[p]);
    EXPECT_EQ(merged.Encode(), whole) << parts;
  }
}

TEST(ScalingSums, GiveTheScalingThatTheRowsGive) {
  const auto rows = Rows(500);
  const std::vector<std::string> names = {"a", "b", "c"};
  for (const bool log : {false, true}) {
    for (const bool standardise : {false, true}) {
      const ScalingOptions options{log, standardise};
      const auto learnt = ColumnScaling::Learn(names, Turned(rows), options).value();
      const auto summed = ColumnScaling::FromSums(names, SumsOf(rows, log), options).value();
      EXPECT_EQ(summed.Names(), learnt.Names());
      EXPECT_EQ(summed.constant(), std::vector<std::string>{"c"});
      EXPECT_EQ(summed.rows_missing(), learnt.rows_missing());
      for (size_t c = 0; c < learnt.columns().size(); ++c) {
        EXPECT_EQ(summed.columns()[c].mean, learnt.columns()[c].mean);
        EXPECT_NEAR(summed.columns()[c].deviation / learnt.columns()[c].deviation, 1, 1e-12);
        EXPECT_EQ(summed.columns()[c].source, learnt.columns()[c].source);
      }
    }
  }
}

TEST(ScalingSums, RefuseWhatTheRowsWouldRefuseInTheSameWords) {
  using Columns = std::vector<std::vector<double>>;  // row by row
  for (const auto& [rows, log] :
       std::vector<std::pair<Columns, bool>>{{{{kNone}, {kNone}}, false},
                                             {{{1}, {INFINITY}}, false},
                                             {{{1}, {-2}}, true},
                                             {{{1}, {1e101}}, false},
                                             {{{1}, {1}}, false},
                                             {{{1, kNone}, {kNone, 2}}, false}}) {
    const std::vector<std::string> names = rows.front().size() == 1
                                               ? std::vector<std::string>{"a"}
                                               : std::vector<std::string>{"a", "b"};
    const ScalingOptions options{log, true};
    const Status learnt = ColumnScaling::Learn(names, Turned(rows), options).status();
    const Status summed = ColumnScaling::FromSums(names, SumsOf(rows, log), options).status();
    ASSERT_FALSE(learnt.ok());
    EXPECT_EQ(summed.ToString(), learnt.ToString());
  }
  EXPECT_FALSE(ColumnScaling::FromSums({"a"}, ScalingSums(1, /*log=*/false), {}).ok())
      << "no row at all";
}

TEST(ScalingSums, ComeBackFromTheirBytesAndFromNoOthers) {
  const Bytes bytes = SumsOf(Rows(60), /*log=*/false).Encode();
  EXPECT_EQ(ScalingSums::Decode(bytes).value().Encode(), bytes);
  for (size_t cut = 0; cut < bytes.size(); cut += 97) {
    EXPECT_FALSE(ScalingSums::Decode(ByteView(bytes).first(cut)).ok()) << cut;
  }
  Bytes more = bytes;
  more.push_back(0);
  EXPECT_FALSE(ScalingSums::Decode(more).ok());
  Bytes huge = bytes;
  huge[0] = 0xFF;
  EXPECT_FALSE(ScalingSums::Decode(huge).ok());
}

}  // namespace
}  // namespace signet::pipelines
