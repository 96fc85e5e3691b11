#include "coordinator/cli/worker_list.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class WorkerListTest : public testing::Test {
 protected:
  void Write(const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(file(), AsBytes(text)).ok());
  }
  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "workers"; }
  testing_support::ScratchFolder scratch_;
};

TEST_F(WorkerListTest, NoFileMeansNobody) {
  const auto keys = WorkerList(file()).Read();
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->empty());
}

TEST_F(WorkerListTest, KeysAreReadAndCommentsPassedOver) {
  const auto pair = workers::CurveKeyPair::Generate();
  ASSERT_TRUE(pair.ok());
  Write("# who may join\n\n" + pair->public_key.Text() + " machine-2\n");
  const auto keys = WorkerList(file()).Read();
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->front(), pair->public_key);
}

TEST_F(WorkerListTest, ALineThatIsNoKeyIsRefusedWithItsNumber) {
  Write("# fine\nnot-a-key machine\n");
  const auto keys = WorkerList(file()).Read();
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.status().code(), StatusCode::kInvalid);
  EXPECT_NE(keys.status().message().find("workers:2"), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
