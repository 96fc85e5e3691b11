// A state that is occupied, unwritable, full, damaged or given the wrong keys: refused with the
// right exit code and a remedy, and good again once mended.
#include <arpa/inet.h>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <signal.h>
#include <string>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr int kBadInput = 1;
constexpr int kUnavailable = 4;
constexpr int kCorrupt = 5;
constexpr int kCustomers = 200;
constexpr Process::Seconds kPatience{120};

void ExpectRefusal(const ProcessResult& run, int exit_code) {
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  EXPECT_NE(run.err.find("error: "), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("help: "), std::string::npos) << "no remedy: " << run.err;
  EXPECT_EQ((run.out + run.err).find("person"), std::string::npos) << run.err;
}

/// Flips one bit in the middle of the file.
void Damage(const fs::path& file) {
  std::string bytes = ReadText(file);
  ASSERT_FALSE(bytes.empty()) << file;
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  WriteText(file, bytes);
}

/// Damages each file below the folder whose name holds `part`; how many.
int DamageAll(const fs::path& folder, const std::string& part) {
  int damaged = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.find(part) == std::string::npos) continue;
    if (entry.file_size() == 0) continue;
    Damage(entry.path());
    ++damaged;
  }
  return damaged;
}

class BadState : public testing::Test {
 protected:
  void SetUp() override {
    SetUpShop(place_, kCustomers);
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
    fs::copy(place_.state(), saved(), fs::copy_options::recursive);
  }
  [[nodiscard]] fs::path saved() const { return place_.root() / "saved"; }
  void Restore() const {
    fs::remove_all(place_.state());
    fs::copy(saved(), place_.state(), fs::copy_options::recursive);
  }
  void ExpectGood() const { EXPECT_EQ(ContentDigest(place_.Run()), digest_); }

  Workplace place_;
  std::string digest_;
};

TEST_F(BadState, DamagedArtifactsAreNoticedNotUsed) {
  ASSERT_GT(DamageAll(place_.state() / "blobs", ""), 0);
  ExpectRefusal(place_.Signet(place_.RunArguments()), kCorrupt);
  Restore();
  ExpectGood();
}

TEST_F(BadState, ADamagedStoreIsNoticed) {
  // Whatever RocksDB holds by now: tables, or still its write-ahead log.
  ASSERT_GT(
      DamageAll(place_.state() / "store", ".sst") + DamageAll(place_.state() / "store", ".log"), 0);
  ExpectRefusal(place_.Signet(place_.RunArguments()), kCorrupt);
  Restore();
  ExpectGood();
}

TEST_F(BadState, AnotherRootKeyOpensNothing) {
  const fs::path key = place_.state() / "custody" / "root.key";
  const std::string right = ReadText(key);
  std::string wrong = right;
  // A wrong key of the right form: the first byte (or digit) is another one.
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  WriteText(key, wrong);
  ExpectRefusal(place_.Signet(place_.RunArguments()), kCorrupt);
  ExpectRefusal(place_.Signet({"audit", "verify", "--state", place_.state().string()}), kCorrupt);
  WriteText(key, right);
  ExpectGood();
}

TEST_F(BadState, KeysThatOthersMayReadAreRefused) {
  const fs::path key = place_.state() / "custody" / "root.key";
  fs::permissions(key, fs::perms::others_read | fs::perms::group_read, fs::perm_options::add);
  const ProcessResult run = place_.Signet(place_.RunArguments());
  EXPECT_NE(run.exit_code, 0);
  EXPECT_NE(run.err.find("help: "), std::string::npos) << run.err;
  fs::permissions(key, fs::perms::others_read | fs::perms::group_read, fs::perm_options::remove);
  ExpectGood();
}

TEST_F(BadState, ASecondSignetWaitsOutside) {
  const std::unique_ptr<Process> first = place_.Start(place_.RunArguments());
  ASSERT_NE(first, nullptr);
  ASSERT_TRUE(first->WaitUntil([&] { return first->err().find("tokenise.") != std::string::npos; },
                               kPatience))
      << first->err();
  ASSERT_EQ(::kill(first->pid(), SIGSTOP), 0);
  ExpectRefusal(place_.Signet(place_.RunArguments()), kUnavailable);
  ASSERT_EQ(::kill(first->pid(), SIGCONT), 0);
  const ProcessResult done = first->Wait(kPatience);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(ContentDigest(ReportOf(done)), digest_);
}

TEST_F(BadState, AFileInTheFoldersPlaceIsRefused) {
  const fs::path occupied = place_.root() / "occupied";
  WriteText(occupied, "not a folder");
  const ProcessResult run = place_.Signet({"run",
                                           place_.pipeline().string(),
                                           "-p",
                                           "data=" + place_.data().string(),
                                           "--state",
                                           occupied.string()});
  EXPECT_TRUE(run.exit_code == kBadInput || run.exit_code == kUnavailable) << run.exit_code;
  ExpectRefusal(run, run.exit_code);
  EXPECT_EQ(ReadText(occupied), "not a folder");
}

/// A tmpfs of its own size below the workplace, unmounted with the object.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path at) : at_(std::move(at)) {
    fs::create_directories(at_);
    mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, kSize) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] bool Remount(unsigned long flags = 0) const {
    return ::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT | flags, kSize) == 0;
  }

 private:
  static constexpr char kSize[] = "size=64m";
  fs::path at_;
  bool mounted_ = false;
};

/// The state moved to a small disk of its own.
class SmallDiskState : public BadState {
 protected:
  void SetUp() override {
    BadState::SetUp();
    disk_ = std::make_unique<SmallDisk>(place_.root() / "disk");
    if (!disk_->mounted()) GTEST_SKIP() << "no right to mount a small disk (needs root)";
    fs::copy(place_.state(), state(), fs::copy_options::recursive);
    arguments_ = place_.RunArguments();
    for (std::string& argument : arguments_) {
      if (argument == place_.state().string()) argument = state().string();
    }
  }
  [[nodiscard]] fs::path state() const { return place_.root() / "disk" / "state"; }
  void ExpectGoodHere() const {
    const ProcessResult run = place_.Signet(arguments_);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(ContentDigest(ReportOf(run)), digest_);
  }

  std::unique_ptr<SmallDisk> disk_;
  std::vector<std::string> arguments_;
};

TEST_F(SmallDiskState, FullLosesNothing) {
  const fs::path ballast = place_.root() / "disk" / "ballast";
  // At the first write, and in the middle of a run.
  for (const uintmax_t left : {0U, 100U}) {
    SCOPED_TRACE(left);
    const uintmax_t free = fs::space(state()).available;
    ASSERT_GT(free, left << 10U);
    WriteText(ballast, std::string(free - (left << 10U), 'x'));
    ExpectRefusal(place_.Signet(arguments_), kUnavailable);
    fs::remove(ballast);
  }
  ExpectGoodHere();
}

TEST_F(SmallDiskState, ReadOnlyLosesNothing) {
  ASSERT_TRUE(disk_->Remount(MS_RDONLY));
  ExpectRefusal(place_.Signet(arguments_), kUnavailable);
  ASSERT_TRUE(disk_->Remount());
  ExpectGoodHere();
}

TEST_F(BadState, AnOccupiedPortIsNamed) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT
  ASSERT_EQ(::bind(socket, generic, size), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  ASSERT_EQ(::getsockname(socket, generic, &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));

  const fs::path certificates = place_.root() / "tls";
  ProcessOptions make;
  make.arguments = {certificates.string(), "email_platform"};
  const ProcessResult made = RunProcess(fs::absolute("deploy/certificates"), make, kPatience);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  ProcessOptions serve;
  serve.arguments = {"--serving",
                     (place_.state() / "serving").string(),
                     "--port",
                     port,
                     "--tls-cert",
                     (certificates / "server.pem").string(),
                     "--tls-key",
                     (certificates / "server.key").string(),
                     "--tls-ca",
                     (certificates / "ca.pem").string()};
  serve.environment = {{"TMPDIR", place_.root().string()}};
  const ProcessResult served =
      RunProcess(testing_support::ProgramFolder() / "signet-serve", serve, kPatience);
  ::close(socket);
  ExpectRefusal(served, kUnavailable);
  EXPECT_NE(served.err.find(port), std::string::npos) << served.err;
}

}  // namespace
}  // namespace signet::e2e
