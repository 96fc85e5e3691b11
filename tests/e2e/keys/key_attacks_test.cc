// Attacks on keys, tokens and ciphertexts of a real run.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <signal.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/primitives/hmac.h"
#include "crypto/primitives/sha256.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 120;
constexpr size_t kSaltBytes = 24;
constexpr size_t kKeyAt = 13;  // in a key file: see crypto/keys/file_custody.h
constexpr int kCorrupt = 5;

std::vector<fs::path> FilesBelow(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  return files;
}

/// What /proc says of a process, where this user may read it.
std::string ProcText(pid_t pid, const char* name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class KeyAttacks : public testing::Test {
 protected:
  void SetUp() override { SetUpShop(place_, kCustomers); }

  /// Root and KEKs as bytes, hexadecimal and base64.
  [[nodiscard]] std::vector<std::string> Secrets() const {
    std::vector<std::string> secrets;
    for (const fs::path& file : FilesBelow(place_.state() / "custody")) {
      if (file.extension() != ".key") continue;
      const std::string content = ReadText(file);
      const std::string key = content.substr(kKeyAt, 32);
      secrets.push_back(key);
      secrets.push_back(ToHex(AsBytes(key)));
      secrets.push_back(ToBase64(AsBytes(key)));
    }
    EXPECT_GE(secrets.size(), 6U);
    return secrets;
  }
  static void ExpectNone(const std::vector<std::string>& secrets,
                         const std::string& text,
                         const std::string& where) {
    for (const std::string& secret : secrets) {
      EXPECT_EQ(text.find(secret), std::string::npos) << "a key is in " << where;
    }
  }
  /// Adds the salt of each sealed artifact; a second stream with the same salt is a failure.
  void TakeSalts(std::map<std::string, std::string>& salts) const {
    for (const fs::path& blob : FilesBelow(place_.state() / "blobs")) {
      const std::string content = ReadText(blob);
      if (content.size() < kSaltBytes) continue;  // a torn write of a killed process
      const std::string salt = content.substr(0, kSaltBytes);
      const auto [at, added] = salts.emplace(salt, content);
      EXPECT_TRUE(added || at->second == content) << "two streams under one salt: " << blob;
    }
  }

  Workplace place_;
};

// Logs, errors, /proc, environment, command line, core limits, every file of the state.
TEST_F(KeyAttacks, NoKeyIsSeenOutsideCustody) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const std::vector<std::string> secrets = Secrets();
  const std::unique_ptr<Process> run = place_.Start(place_.RunArguments());
  ASSERT_NE(run, nullptr);
  std::vector<pid_t> workers;
  run->WaitUntil(
      [&] {
        workers = testing_support::ChildrenOf(run->pid(), "signet-worker");
        return !workers.empty();
      },
      Process::Seconds(60));
  ASSERT_FALSE(workers.empty());
  workers.push_back(run->pid());
  for (const pid_t pid : workers) {
    const std::string who = "process " + std::to_string(pid);
    ExpectNone(secrets, ProcText(pid, "cmdline"), who + "'s command line");
    ExpectNone(secrets, ProcText(pid, "environ"), who + "'s environment");
    const std::string limits = ProcText(pid, "limits");
    const size_t core = limits.find("Max core file size");
    if (core != std::string::npos) {
      EXPECT_NE(limits.find(" 0 ", core), std::string::npos) << who << " may dump core";
    }
  }
  const ProcessResult done = run->Wait(Process::Seconds(120));
  EXPECT_EQ(done.exit_code, 0) << done.err;
  ExpectNone(secrets, done.out + done.err, "what `signet run` says");
  const std::string state = place_.state().string();
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"keys", "list", "--state", state, "--format", "json"},
        std::vector<std::string>{"audit", "tail", "-n", "1000", "--state", state},
        std::vector<std::string>{"keys", "rotate", "--state", state, "--format", "json"}}) {
    const ProcessResult result = place_.Signet(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    ExpectNone(secrets, result.out + result.err, "what `signet " + command[0] + "` says");
  }
  size_t files = 0;
  for (const fs::path& file : FilesBelow(place_.state())) {
    if (file.string().find("/custody/") != std::string::npos) continue;
    ++files;
    ExpectNone(secrets, ReadText(file), file.string());
  }
  EXPECT_GT(files, 20U);
}

TEST_F(KeyAttacks, ADamagedKeyFileIsRefusedWithoutShowingWhatIsInIt) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const std::vector<std::string> secrets = Secrets();
  const fs::path root = place_.state() / "custody" / "root.key";
  std::string content = ReadText(root);
  content[content.size() - 1] = static_cast<char>(content[content.size() - 1] ^ 1);
  WriteText(root, content);
  const ProcessResult result = place_.Signet({"keys", "list", "--state", place_.state().string()});
  EXPECT_EQ(result.exit_code, kCorrupt) << result.err;
  ExpectNone(secrets, result.out + result.err, "an error's text");
}

// Every stream's key hangs on its salt: as long as no salt comes twice, no (key, nonce) does.
TEST_F(KeyAttacks, NoSaltComesTwiceAfterAKillAndARunAgain) {
  std::map<std::string, std::string> salts;
  for (int round = 0; round < 3; ++round) {
    const std::unique_ptr<Process> run = place_.Start(place_.RunArguments());
    ASSERT_NE(run, nullptr);
    const size_t before = FilesBelow(place_.state() / "blobs").size();
    run->WaitUntil([&] { return FilesBelow(place_.state() / "blobs").size() > before + 2; },
                   Process::Seconds(60));
    run->Signal(SIGKILL);
    run->Wait(Process::Seconds(30));
    TakeSalts(salts);
  }
  EXPECT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  TakeSalts(salts);
  EXPECT_GT(salts.size(), 10U);
}

TEST_F(KeyAttacks, SwappedArtifactsAreFoundAndNothingIsPublished) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  // A rekey opens every artifact: two of equal names' size are exchanged.
  std::vector<fs::path> blobs = FilesBelow(place_.state() / "blobs");
  ASSERT_GT(blobs.size(), 3U);
  std::sort(blobs.begin(), blobs.end());
  const std::string one = ReadText(blobs[0]);
  WriteText(blobs[0], ReadText(blobs[1]));
  WriteText(blobs[1], one);
  const ProcessResult result = place_.Signet(
      {"keys", "rotate", "--all", "--state", place_.state().string(), "--format", "json"});
  EXPECT_EQ(result.exit_code, kCorrupt) << result.out << result.err;
}

// Who knows the code, the file and the tokens, and no key: hashes every e-mail in every way that
// comes to mind and looks for it in what the recipient gets and in what rests on the disk.
TEST_F(KeyAttacks, ADictionaryOfAllCustomersMatchesNothingThatLeavesOrRests) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  std::string seen;
  for (const fs::path& file : FilesBelow(place_.state())) {
    if (file.string().find("/custody/") == std::string::npos) seen += ReadText(file);
  }
  ASSERT_GT(seen.size(), 10'000U);
  const crypto::HmacKey no_key(SecretBytes{});
  const crypto::HmacKey zero_key(SecretBytes(32));
  for (int i = 1; i <= kCustomers; ++i) {
    const std::string guess = ShopEmail(i);
    EXPECT_EQ(seen.find(guess), std::string::npos) << "customer " << i << " in plain";
    for (const crypto::Digest& digest : {crypto::Sha256::Of(AsBytes(guess)),
                                         no_key.Mac(AsBytes(guess)),
                                         zero_key.Mac(AsBytes(guess))}) {
      const ByteView half = ByteView(digest).first(16);
      for (const std::string& text :
           {std::string(AsText(half)), ToHex(half), ToBase64(ByteView(digest).first(15))}) {
        EXPECT_EQ(seen.find(text), std::string::npos) << "customer " << i << " by a plain hash";
      }
    }
  }
}

}  // namespace
}  // namespace signet::e2e
