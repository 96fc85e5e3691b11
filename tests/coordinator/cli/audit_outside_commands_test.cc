#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/cli/audit_commands.h"
#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(WrittenRetention, IsOneLineWithANumberOfDays) {
  const testing_support::ScratchFolder scratch;
  const std::filesystem::path file = scratch.path() / "log-retention";
  EXPECT_EQ(WrittenRetention::Read(file).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(file, AsBytes("# ten years\n\n retain_days 3650 \n")).ok());
  const auto read = WrittenRetention::Read(file);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->days, 3650);
  EXPECT_EQ(read->digest.size(), 64U);
}

TEST(WrittenRetention, RefusesAnyOtherText) {
  const testing_support::ScratchFolder scratch;
  const std::filesystem::path file = scratch.path() / "log-retention";
  for (const std::string text : {"",
                                 "# nothing\n",
                                 "retain_days 0\n",
                                 "retain_days -1\n",
                                 "retain_days many\n",
                                 "retain_days 1\nretain_days 2\n",
                                 "keep_days 10\n",
                                 "retain_days10\n"}) {
    ASSERT_TRUE(WriteFileAtomically(file, AsBytes(text)).ok());
    EXPECT_EQ(WrittenRetention::Read(file).status().code(), StatusCode::kInvalid) << text;
  }
}

}  // namespace
}  // namespace signet::coordinator
