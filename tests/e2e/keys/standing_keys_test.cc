// Keys of a coordinator that stands: members enrol over the network, a silent worker's lease
// expires in the log, a worker's memory keeps no key, a cloned worker repeats no salt, and
// everything gets a new root.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <signal.h>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "crypto/base/text.h"
#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_vault.h"
#include "crypto/primitives/sealed_stream.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/standing.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 80;
constexpr Process::Seconds kPatience = kStandingPatience;

/// What can be read of a process' memory; empty where the kernel says no.
std::string MemoryOf(pid_t pid) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  std::ifstream memory("/proc/" + std::to_string(pid) + "/mem", std::ios::binary);
  std::string all;
  std::string line;
  while (memory && std::getline(maps, line)) {
    uint64_t begin = 0;
    uint64_t end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    // Written pages: heaps, stacks, arenas.
    if (rights.rfind("rw", 0) != 0 || end - begin > (uint64_t{1} << 30)) continue;
    std::string piece(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    all.append(piece, 0, static_cast<size_t>(memory.gcount()));
  }
  return all;
}

std::vector<pid_t> WithChildren(pid_t pid) {
  std::vector<pid_t> all = {pid};
  for (size_t i = 0; i < all.size(); ++i) {
    for (const pid_t child : testing_support::ChildrenOf(all[i], "signet-worker")) {
      all.push_back(child);
    }
  }
  return all;
}

class StandingKeys : public StandingShop {
 protected:
  StandingKeys() : StandingShop(kCustomers) {}

  [[nodiscard]] std::vector<Json> Entries() const {
    const ProcessResult tail = Signet({"audit", "tail", "-n", "100000"});
    EXPECT_EQ(tail.exit_code, 0) << tail.err;
    std::vector<Json> entries;
    for (const std::string& line : Split(tail.out, '\n')) {
      if (line.empty()) continue;
      entries.push_back(*Json::Parse(line));
      const Status fits = crypto::CheckEntry(entries.back());
      EXPECT_TRUE(fits.ok()) << fits.ToString() << "\n" << line;
    }
    return entries;
  }
  [[nodiscard]] std::set<std::string> Types() const {
    std::set<std::string> types;
    for (const Json& entry : Entries()) types.insert(entry["type"].AsString());
    return types;
  }
  /// Root, KEKs and every live data key, as bytes.
  [[nodiscard]] std::vector<std::string> AllKeys() const {
    SystemEntropy entropy;
    SystemClock clock;
    std::vector<std::string> keys;
    const auto take = [&keys](const SecretBytes& key) {
      keys.emplace_back(AsText(key.ExposeSecret()));
    };
    auto custody = crypto::FileCustody::OpenExisting(place_.state() / "custody");
    EXPECT_TRUE(custody.ok()) << custody.status().ToString();
    const SecretBytes base = (*custody)->BaseKey().value();
    take(base);
    auto store = crypto::OpenRocksStore(
        place_.state() / "store", crypto::DeriveKey(base, crypto::KeyUse::kStore, ""), entropy);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    const auto vault = crypto::KeyVault::Open(**custody, **store, entropy, clock).value();
    EXPECT_TRUE(vault
                    ->ForEachDek([&](const DekId& id, const crypto::DekScope&) -> Status {
                      ASSIGN_OR_RETURN(const SecretBytes dek, vault->OpenDek(id));
                      take(dek);
                      return OkStatus();
                    })
                    .ok());
    take(vault->Derive(crypto::KeyUse::kLink, ""));
    take(vault->Derive(crypto::KeyUse::kDigest, ""));
    return keys;
  }
};

TEST_F(StandingKeys, AWorkerEnrolsOverTheNetworkAndASilentOnesLeaseExpiresInTheLog) {
  Enrol("w1");
  if (HasFatalFailure()) return;
  const std::unique_ptr<Process> worker = StartWorker("w1", "w1");
  ASSERT_NE(worker, nullptr);
  WaitForTop("\"here\"");
  // It falls silent with a lease in its hands, and comes back.
  worker->Signal(SIGSTOP);
  const ProcessResult asked = place_.Signet({"submit",
                                             place_.pipeline().string(),
                                             "-p",
                                             "data=" + place_.data().string(),
                                             "--state",
                                             place_.state().string()});
  ASSERT_EQ(asked.exit_code, 0) << asked.err;
  WaitForTop("\"workers\":[]");  // it was given up
  worker->Signal(SIGCONT);
  const ProcessResult done = Signet({"get", "last", "-w", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.err << worker->err();
  EXPECT_EQ(MembersOf(*Json::Parse(done.out)), ShopMembers(kCustomers));
  Stop();
  std::set<std::string> types;
  for (const Json& entry : Entries()) {
    types.insert(entry["type"].AsString());
    if (entry["type"].AsString() == "lease.granted") {
      for (const Json& lease : entry["facts"]["leases"].items()) {
        EXPECT_TRUE(lease.Has("worker")) << lease.Dump();
      }
    }
  }
  for (const char* type : {"key.invited",
                           "key.enrolled",
                           "key.denied",
                           "state.opened",
                           "login.succeeded",
                           "policy.bound",
                           "lease.granted",
                           "lease.expired",
                           "lease.released",
                           "task.finished"}) {
    EXPECT_TRUE(types.contains(type)) << type;
  }
}

TEST_F(StandingKeys, AWorkersMemoryAndTheCoordinatorsFiguresKeepNoKeyAndNoPerson) {
  Enrol("w1");
  if (HasFatalFailure()) return;
  const std::unique_ptr<Process> worker = StartWorker("w1", "w1");
  ASSERT_NE(worker, nullptr);
  WaitForTop("\"here\"");
  const ProcessResult done = Submit();
  ASSERT_EQ(done.exit_code, 0) << done.err;
  std::map<pid_t, std::string> memory;
  for (const pid_t pid : WithChildren(worker->pid())) memory[pid] = MemoryOf(pid);
  if (memory[worker->pid()].empty()) {
    Stop();
    GTEST_SKIP() << "only root may look into a process that cannot be traced";
  }
  std::string told = done.out + done.err + worker->err() + coordinator_->err();
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"top", "--format", "json"},
        std::vector<std::string>{"get", "last", "--format", "json"},
        std::vector<std::string>{"logs", "last"},
        std::vector<std::string>{"keys", "list", "--format", "json"}}) {
    const ProcessResult result = Signet(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    told += result.out + result.err;
  }
  // Control: what the worker must know of itself is found by the same search.
  EXPECT_NE(memory[worker->pid()].find(endpoint_), std::string::npos);
  Stop();
  const std::vector<std::string> keys = AllKeys();
  EXPECT_GT(keys.size(), 5U);
  // Figures, lists and logs of the coordinator are searched like the memory.
  memory[0] = told;
  for (const auto& [pid, bytes] : memory) {
    for (const std::string& key : keys) {
      EXPECT_EQ(bytes.find(key), std::string::npos) << "a key is in process " << pid;
      EXPECT_EQ(bytes.find(ToHex(AsBytes(key))), std::string::npos) << "in hex, process " << pid;
    }
    for (const int customer : {1, 7, 11}) {
      EXPECT_EQ(bytes.find(ShopEmail(customer)), std::string::npos) << "a person, in " << pid;
    }
  }
}

TEST_F(StandingKeys, AClonedWorkerRepeatsNoSalt) {
  Enrol("w1");
  if (HasFatalFailure()) return;
  const auto blobs = [this] {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& file : fs::recursive_directory_iterator(place_.state() / "blobs", none)) {
      if (file.is_regular_file(none)) files.push_back(file.path());
    }
    return files;
  };
  const std::unique_ptr<Process> worker = StartWorker("w1", "w1");
  ASSERT_NE(worker, nullptr);
  WaitForTop("\"here\"");
  const ProcessResult asked = place_.Signet({"submit",
                                             place_.pipeline().string(),
                                             "-p",
                                             "data=" + place_.data().string(),
                                             "--state",
                                             place_.state().string()});
  ASSERT_EQ(asked.exit_code, 0) << asked.err;
  ASSERT_TRUE(coordinator_->WaitUntil([&] { return blobs().size() > 2; }, kPatience));
  worker->Signal(SIGKILL);
  // The clone has the same key and name, all that a copy of the worker's disk gives, and does the
  // same tasks again.
  fs::copy_file(Secret("w1"), Secret("clone"));
  fs::permissions(Secret("clone"), fs::perms::owner_read | fs::perms::owner_write);
  const std::unique_ptr<Process> clone = StartWorker("clone", "w1");
  ASSERT_NE(clone, nullptr);
  const ProcessResult done = Signet({"get", "last", "-w", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.err << clone->err();
  std::set<std::string> salts;
  size_t streams = 0;
  for (const fs::path& file : blobs()) {
    const std::string bytes = ReadText(file);
    if (bytes.size() < crypto::kStreamHeaderBytes) continue;  // torn by the kill
    ++streams;
    salts.insert(bytes.substr(0, 24));
  }
  EXPECT_GT(streams, 5U);
  EXPECT_EQ(salts.size(), streams) << "two streams under one salt";
  Stop();
}

TEST_F(StandingKeys, EverythingGetsANewRootAndTheNextRunGoesOn) {
  const std::string state = place_.state().string();
  const ProcessResult refused = Signet({"keys", "rotate", "--root"});
  EXPECT_EQ(refused.exit_code, 4) << "a coordinator holds the state: " << refused.err;
  const ProcessResult rotated = Signet({"keys", "rotate", "--why", "through the door"});
  EXPECT_EQ(rotated.exit_code, 0) << rotated.err;
  Stop();
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const std::string before = ReadText(place_.state() / "audit.vkey");
  const std::string root = ReadText(place_.state() / "custody" / "root.key");
  const ProcessResult replaced =
      Signet({"keys", "rotate", "--root", "--why", "stolen", "--format", "json"});
  ASSERT_EQ(replaced.exit_code, 0) << replaced.err;
  EXPECT_EQ((*Json::Parse(replaced.out))["root_epoch"].AsInt(), 2);
  EXPECT_NE(ReadText(place_.state() / "audit.vkey"), before);
  EXPECT_NE(ReadText(place_.state() / "custody" / "root.key"), root);
  EXPECT_EQ(Signet({"audit", "verify"}).exit_code, 0);
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  EXPECT_TRUE(Types().contains("key.root_replaced"));
  EXPECT_EQ(Signet({"audit", "verify"}).exit_code, 0);
}

}  // namespace
}  // namespace signet::e2e
