#include "coordinator/requests/run_names.h"

#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

class RunNamesTest : public StateWorld {
 protected:
  /// A run whose plan was frozen so many milliseconds after the first one's.
  void Freeze(const std::string& name, int millis) {
    const fs::path folder = state_->path() / "runs" / name;
    fs::create_directories(folder);
    ASSERT_TRUE(WriteFileAtomically(folder / "plan.json", AsBytes(std::string_view("{}"))).ok());
    fs::last_write_time(folder / "plan.json", first_ + std::chrono::milliseconds(millis));
  }

 private:
  fs::file_time_type first_ = fs::file_time_type::clock::now();
};

TEST_F(RunNamesTest, WithinASecondTheTimeOfThePlanDecides) {
  Freeze("20261122t000000-bbbbbb", 0);
  Freeze("20261122t000000-cccccc", 300);
  Freeze("20261122t000000-aaaaaa", 700);
  EXPECT_EQ(RunNamesNewestFirst(*state_),
            (std::vector<std::string>{
                "20261122t000000-aaaaaa", "20261122t000000-cccccc", "20261122t000000-bbbbbb"}));
}

TEST_F(RunNamesTest, SecondsComeFirstWhateverBecameOfTheFiles) {
  Freeze("20261122t000001-aaaaaa", 0);
  Freeze("20261122t000000-bbbbbb", 9000);
  EXPECT_EQ(RunNamesNewestFirst(*state_),
            (std::vector<std::string>{"20261122t000001-aaaaaa", "20261122t000000-bbbbbb"}));
}

TEST_F(RunNamesTest, AStateThatNeverRanHasNone) {
  EXPECT_TRUE(RunNamesNewestFirst(*state_).empty());
}

}  // namespace
}  // namespace signet::coordinator
