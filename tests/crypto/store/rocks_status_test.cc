#include "crypto/store/rocks_status.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(RocksStatus, AHeldLockNamesTheOtherSignet) {
  for (const char* words : {"While lock file: state/LOCK", "lock hold by current process"}) {
    const Status status = RocksOpenStatus(rocksdb::Status::IOError(words), "state");
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_NE(status.message().find("another signet uses this state: state"), std::string::npos);
    EXPECT_FALSE(status.remedy().empty());
  }
}

TEST(RocksStatus, FullAndReadOnlyDisksAreUnavailableWithARemedy) {
  for (const rocksdb::Status& failed : {rocksdb::Status::NoSpace("x"),
                                        rocksdb::Status::IOError("x", "Read-only file system"),
                                        rocksdb::Status::IOError("x", "Permission denied")}) {
    EXPECT_EQ(RocksOpenStatus(failed, "state").code(), StatusCode::kUnavailable);
    EXPECT_EQ(RocksWriteStatus(failed, "state").code(), StatusCode::kUnavailable);
    EXPECT_FALSE(RocksOpenStatus(failed, "state").remedy().empty());
    EXPECT_FALSE(RocksWriteStatus(failed, "state").remedy().empty());
  }
}

TEST(RocksStatus, DamageIsCorrupt) {
  EXPECT_EQ(RocksOpenStatus(rocksdb::Status::Corruption("x"), "state").code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(RocksReadStatus(rocksdb::Status::Corruption("x"), "state").code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(RocksWriteStatus(rocksdb::Status::Corruption("x"), "state").code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(
      RocksReadStatus(rocksdb::Status::IOError("x", "No such file or directory"), "state").code(),
      StatusCode::kCorrupt);
}

TEST(RocksStatus, AFailedWriteOfAnotherKindMayHaveHappened) {
  EXPECT_EQ(RocksWriteStatus(rocksdb::Status::IOError("fdatasync"), "state").code(),
            StatusCode::kUnknownOutcome);
  EXPECT_EQ(RocksWriteStatus(rocksdb::Status::Busy(), "state").code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace signet::crypto
