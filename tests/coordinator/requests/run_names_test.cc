#include "coordinator/requests/run_names.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kHourMicros = int64_t{3'600} * 1'000'000;

class RunNamesTest : public StateWorld {
 protected:
  void MakeFolder(const std::string& name) const {
    std::filesystem::create_directories(state_->path() / "runs" / name);
  }
  /// The name of a new run, which then has its folder.
  std::string Begin() {
    std::string name = NewRunId(*state_).text();
    MakeFolder(name);
    return name;
  }
};

TEST_F(RunNamesTest, TheNewestComesFirst) {
  MakeFolder("20261122t000001-aaaaaa");
  MakeFolder("20261122t000000-bbbbbb");
  MakeFolder("20261122t000000-cccccc");
  EXPECT_EQ(RunNamesNewestFirst(*state_),
            (std::vector<std::string>{
                "20261122t000001-aaaaaa", "20261122t000000-cccccc", "20261122t000000-bbbbbb"}));
}

TEST_F(RunNamesTest, AStateThatNeverRanHasNone) {
  EXPECT_TRUE(RunNamesNewestFirst(*state_).empty());
}

TEST_F(RunNamesTest, ANameTellsSecondAndMicroseconds) {
  clock_.JumpWall(*TimestampFromText("2026-11-22T03:38:31.999999Z"));
  const std::string name = Begin();
  EXPECT_EQ(name.substr(0, 21), "20261122t033831-f423f");
  EXPECT_EQ(name.size(), 24U);
  EXPECT_EQ(TimestampText(*TimeOfRun(name)), "2026-11-22T03:38:31Z");
  EXPECT_EQ(RunNameStart(clock_.Now()), "20261122t033831");
  EXPECT_FALSE(TimeOfRun("yesterday").ok());
}

TEST_F(RunNamesTest, EachSortsAfterAllBeforeWithinASecondToo) {
  std::string last;
  for (int i = 0; i < 200; ++i) {
    clock_.Advance(i % 3);  // sometimes not at all
    const std::string name = Begin();
    EXPECT_GT(name, last);
    last = name;
  }
}

TEST_F(RunNamesTest, EachSortsAfterAllBeforeWhereTheClockWentBack) {
  const std::string before = Begin();
  clock_.JumpWall(Timestamp{clock_.Now().micros - kHourMicros});
  const std::string first = Begin();
  const std::string second = Begin();
  EXPECT_GT(first, before);
  EXPECT_GT(second, first);
  EXPECT_EQ(TimeOfRun(second)->micros, TimeOfRun(before)->micros) << "a microsecond each, no more";
}

TEST_F(RunNamesTest, NamesOfEarlierReleasesAreOlderToo) {
  clock_.JumpWall(*TimestampFromText("2026-11-22T03:38:31Z"));
  MakeFolder("20261122t033831-ffffff");
  EXPECT_GT(Begin(), "20261122t033831-ffffff");
}

TEST_F(RunNamesTest, AFolderOfAnotherKindDoesNotMatter) {
  MakeFolder("zzz");
  const std::string before = Begin();
  EXPECT_EQ(before.substr(0, 15), RunNameStart(clock_.Now()));
  EXPECT_GT(Begin(), before);
}

}  // namespace
}  // namespace signet::coordinator
