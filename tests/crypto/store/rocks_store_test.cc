#include <fstream>
#include <memory>
#include <string>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/base/file.h"
#include "crypto/store/kv_store.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

namespace fs = std::filesystem;

SecretBytes Key(uint8_t fill) {
  SecretBytes key(32);
  for (uint8_t& byte : key.ExposeSecretForWrite()) byte = fill;
  return key;
}

class RocksStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<KvStore>> Open(uint8_t key = 1) {
    return OpenRocksStore(folder_, Key(key), entropy_);
  }

  std::string AllFilesText() {
    std::string text;
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(scratch_.path())) {
      if (file.is_regular_file()) text += AsText(*ReadFile(file.path()));
    }
    return text;
  }

  /// Flips one bit of each place where `needle` lies in a file of the store; how many.
  int FlipWhere(const std::string& extension) {
    int flipped = 0;
    for (const fs::directory_entry& file : fs::directory_iterator(folder_)) {
      if (file.path().extension() != extension || file.file_size() < 200) continue;
      Bytes bytes = *ReadFile(file.path());
      bytes[bytes.size() / 3] ^= 0x10;
      std::ofstream(file.path(), std::ios::binary)
          .write(AsText(bytes).data(), static_cast<std::streamsize>(bytes.size()));
      ++flipped;
    }
    return flipped;
  }

  testing_support::ScratchFolder scratch_;
  fs::path folder_ = scratch_.path() / "state";
  SystemEntropy entropy_;
};

TEST_F(RocksStoreTest, KeepsItsEntriesAcrossReopening) {
  {
    auto store = Open();
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    ASSERT_TRUE((*store)->Put("a", ToBytes("1")).ok());
  }
  auto again = Open();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(AsText(*(*again)->Require("a")), "1");
}

TEST_F(RocksStoreTest, NoFileHoldsAPlainValue) {
  const std::string canary = "canary-7f3a9c-plain-value";
  {
    auto store = Open();
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->Put("k" + std::to_string(i), ToBytes(canary)).ok());
    }
  }
  EXPECT_EQ(AllFilesText().find("canary"), std::string::npos);
}

TEST_F(RocksStoreTest, AnotherStoreKeyIsCorruptNotGarbage) {
  { ASSERT_TRUE((*Open(1))->Put("a", ToBytes("1")).ok()); }
  const auto wrong = Open(2);
  EXPECT_EQ(wrong.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(wrong.status().message().find("another key"), std::string::npos);
  EXPECT_TRUE(Open(1).ok());
}

TEST_F(RocksStoreTest, TheSecondOpenerLearnsThatAnotherUsesTheState) {
  auto store = Open();
  ASSERT_TRUE(store.ok());
  const auto second = Open();
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find("another signet uses this state"), std::string::npos);
  EXPECT_FALSE(second.status().remedy().empty());
}

TEST_F(RocksStoreTest, AnotherProcessLearnsItToo) {
  auto store = Open();
  ASSERT_TRUE(store.ok());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto second = Open();
    const bool told = second.status().code() == StatusCode::kUnavailable &&
                      second.status().message().find("another signet") != std::string::npos;
    ::_exit(told ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(RocksStoreTest, AReaderSeesTheStateBesideItsWriter) {
  auto store = Open();
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->Put("a", ToBytes("1")).ok());
  auto reader = OpenRocksStoreReadOnly(folder_, Key(1));
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  EXPECT_EQ(AsText(*(*reader)->Require("a")), "1");
  EXPECT_EQ((*reader)->Put("b", ToBytes("2")).code(), StatusCode::kInvalid);
}

TEST_F(RocksStoreTest, AReaderOfNothingIsToldSo) {
  EXPECT_EQ(OpenRocksStoreReadOnly(folder_, Key(1)).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(RocksStoreTest, ADamagedTableIsCorrupt) {
  {
    auto store = Open();
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->Put("k" + std::to_string(i), Bytes(50, 7), Durability::kNoSync).ok());
    }
  }
  { ASSERT_TRUE(Open().ok()); }  // the log becomes a table when it is replayed
  ASSERT_GT(FlipWhere(".sst"), 0);
  auto store = Open();
  Status status = store.status();
  if (store.ok()) {
    status =
        (*store)->Scan("", [](std::string_view /*key*/, ByteView /*value*/) { return OkStatus(); });
  }
  EXPECT_EQ(status.code(), StatusCode::kCorrupt) << status.ToString();
}

TEST_F(RocksStoreTest, DamageInTheMiddleOfTheWriteAheadLogIsNotTakenForAPowerCut) {
  {
    auto store = Open();
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->Put("k" + std::to_string(i), Bytes(50, 7)).ok());
    }
  }
  ASSERT_GT(FlipWhere(".log"), 0);
  EXPECT_EQ(Open().status().code(), StatusCode::kCorrupt);
}

TEST_F(RocksStoreTest, AMissingTableIsCorrupt) {
  { ASSERT_TRUE((*Open())->Put("a", Bytes(300, 7)).ok()); }
  { ASSERT_TRUE(Open().ok()); }
  for (const fs::directory_entry& file : fs::directory_iterator(folder_)) {
    if (file.path().extension() == ".sst") fs::remove(file.path());
  }
  auto store = Open();
  const Status status = store.ok() ? (*store)->Get("a").status() : store.status();
  EXPECT_EQ(status.code(), StatusCode::kCorrupt) << status.ToString();
}

TEST_F(RocksStoreTest, AFileInTheWayIsExplained) {
  std::ofstream(folder_) << "x";
  const auto store = Open();
  EXPECT_FALSE(store.ok());
  EXPECT_NE(store.status().message().find(folder_.string()), std::string::npos);
}

TEST_F(RocksStoreTest, WritersOfSeveralThreadsLoseNothing) {
  auto store = Open();
  ASSERT_TRUE(store.ok());
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&store, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE((*store)->Put(key, ToBytes(key)).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  int seen = 0;
  ASSERT_TRUE((*store)
                  ->Scan("",
                         [&seen](std::string_view key, ByteView value) {
                           EXPECT_EQ(key, AsText(value));
                           ++seen;
                           return OkStatus();
                         })
                  .ok());
  EXPECT_EQ(seen, 200);
}

/// A file system of 4 MiB, to fill. Needs the right to mount.
class TinyDisk {
 public:
  explicit TinyDisk(const fs::path& at) : at_(at) {
    fs::create_directories(at_);
    mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, "size=4m") == 0;
  }
  ~TinyDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] bool MakeReadOnly() const {
    return ::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  fs::path at_;
  bool mounted_ = false;
};

TEST_F(RocksStoreTest, AFullDiskIsUnavailableAndNothingIsLostOnceThereIsSpace) {
  const TinyDisk disk(folder_);
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here";
  const fs::path ballast = folder_ / "ballast";
  auto store = OpenRocksStore(folder_ / "db", Key(1), entropy_);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  ASSERT_TRUE((*store)->Put("before", ToBytes("1")).ok());
  {
    std::ofstream fill(ballast, std::ios::binary);
    const std::string block(4096, 'x');
    while (fill.write(block.data(), 4096) && fill.flush()) continue;
  }
  Status failed;
  for (int i = 0; i < 100 && failed.ok(); ++i) {
    failed = (*store)->Put("x" + std::to_string(i), Bytes(9000, 7));
  }
  EXPECT_EQ(failed.code(), StatusCode::kUnavailable) << failed.ToString();
  EXPECT_NE(failed.message().find("is full"), std::string::npos);
  EXPECT_FALSE(failed.remedy().empty());
  EXPECT_EQ(AsText(*(*store)->Require("before")), "1");
  fs::remove(ballast);
  // The open store stays read-only, for RocksDB aborts when it goes on; a reopened one writes.
  const Status later = (*store)->Put("later", ToBytes("2"));
  EXPECT_EQ(later.code(), StatusCode::kUnavailable) << later.ToString();
  EXPECT_FALSE(later.remedy().empty());
  EXPECT_EQ(AsText(*(*store)->Require("before")), "1");
  store = NotFound("closed");
  auto again = OpenRocksStore(folder_ / "db", Key(1), entropy_);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_TRUE((*again)->Put("after", ToBytes("2")).ok());
  EXPECT_EQ(AsText(*(*again)->Require("before")), "1");
  EXPECT_EQ(AsText(*(*again)->Require("after")), "2");
}

TEST_F(RocksStoreTest, AReadOnlyDiskIsUnavailableWithARemedy) {
  const TinyDisk disk(folder_);
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here";
  { ASSERT_TRUE(OpenRocksStore(folder_ / "db", Key(1), entropy_).ok()); }
  ASSERT_TRUE(disk.MakeReadOnly());
  const auto store = OpenRocksStore(folder_ / "db", Key(1), entropy_);
  EXPECT_EQ(store.status().code(), StatusCode::kUnavailable) << store.status().ToString();
  EXPECT_FALSE(store.status().remedy().empty());
}

}  // namespace
}  // namespace signet::crypto
