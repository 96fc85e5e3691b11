#include "crypto/store/rocks_status.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using rocksdb::Status;

TEST(RocksStatus, AHeldLockNamesTheOtherSignet) {
  for (const char* words : {"While lock file: state/LOCK", "lock hold by current process"}) {
    const signet::Status status = RocksOpenStatus(Status::IOError(words), "state");
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_NE(status.message().find("another signet uses this state: state"), std::string::npos);
    EXPECT_FALSE(status.remedy().empty());
  }
}

TEST(RocksStatus, FullAndReadOnlyDisksAreUnavailableWithARemedy) {
  for (const Status& failed : {Status::NoSpace("x"),
                               Status::IOError("x", "Read-only file system"),
                               Status::IOError("x", "Permission denied")}) {
    EXPECT_EQ(RocksOpenStatus(failed, "state").code(), StatusCode::kUnavailable);
    EXPECT_EQ(RocksWriteStatus(failed, "state").code(), StatusCode::kUnavailable);
    EXPECT_FALSE(RocksOpenStatus(failed, "state").remedy().empty());
    EXPECT_FALSE(RocksWriteStatus(failed, "state").remedy().empty());
  }
}

TEST(RocksStatus, DamageIsCorrupt) {
  EXPECT_EQ(RocksOpenStatus(Status::Corruption("x"), "state").code(), StatusCode::kCorrupt);
  EXPECT_EQ(RocksReadStatus(Status::Corruption("x"), "state").code(), StatusCode::kCorrupt);
  EXPECT_EQ(RocksWriteStatus(Status::Corruption("x"), "state").code(), StatusCode::kCorrupt);
  EXPECT_EQ(RocksReadStatus(Status::IOError("x", "No such file or directory"), "state").code(),
            StatusCode::kCorrupt);
}

TEST(RocksStatus, AFailedWriteOfAnotherKindMayHaveHappened) {
  EXPECT_EQ(RocksWriteStatus(Status::IOError("fdatasync"), "state").code(),
            StatusCode::kUnknownOutcome);
  EXPECT_EQ(RocksWriteStatus(Status::Busy(), "state").code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::crypto
