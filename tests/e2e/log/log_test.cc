// The log through the programs alone: what they write fits the catalog, a snapshot waits for its
// quorum of witnesses, and an auditor with public files checks it all.
#include <filesystem>
#include <memory>
#include <set>
#include <signal.h>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "crypto/base/text.h"
#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::Process;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;

constexpr int kCustomers = 60;
constexpr int kUnavailable = 4;
constexpr int kCorrupt = 5;
constexpr Process::Seconds kPatience{60};

/// A witness process with a folder of its own.
class WitnessProcess {
 public:
  WitnessProcess(fs::path dir, std::string log_key)
      : dir_(std::move(dir)), log_key_(std::move(log_key)) {
    const ProcessResult made = Run({"init", "--dir", dir_.string(), "--name", "witness.example/w"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    vkey_ = std::string(Trim(made.out));
  }
  /// Listens on `port` (0 = a free one).
  void Start(int port) {
    ProcessOptions options;
    options.arguments = {
        "serve", "--dir", dir_.string(), "--log", log_key_, "--port", std::to_string(port)};
    process_ = Process::Start(Program(), options);
    ASSERT_TRUE(process_ &&
                process_->WaitUntil(
                    [this] { return process_->out().find('\n') != std::string::npos; }, kPatience));
    port_ = static_cast<int>((*Json::Parse(Trim(process_->out())))["port"].AsInt());
  }
  void Stop() {
    process_->Signal(SIGTERM);
    EXPECT_EQ(process_->Wait(kPatience).exit_code, 0);
    process_.reset();
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& vkey() const { return vkey_; }

 private:
  static fs::path Program() { return testing_support::ProgramFolder() / "signet-witness"; }
  static ProcessResult Run(std::vector<std::string> arguments) {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    return RunProcess(Program(), options, kPatience);
  }

  fs::path dir_;
  std::string log_key_;
  std::string vkey_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

class Log : public testing::Test {
 protected:
  void SetUp() override { SetUpShop(place_, kCustomers); }

  [[nodiscard]] ProcessResult Audit(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return place_.Signet(arguments);
  }
  [[nodiscard]] std::string LogKey() const { return std::string(Trim(Audit({"key"}).out)); }
  [[nodiscard]] std::vector<Json> Tail(std::vector<std::string> more) const {
    more.insert(more.begin(), {"tail", "-n", "100000"});
    const ProcessResult result = Audit(more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<Json> entries;
    for (const std::string& line : Split(result.out, '\n')) {
      if (!line.empty()) entries.push_back(*Json::Parse(line));
    }
    return entries;
  }
  [[nodiscard]] static ProcessResult Verify(std::vector<std::string> arguments) {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    return RunProcess(testing_support::ProgramFolder() / "signet-verify", options, kPatience);
  }
  /// The folders of served versions.
  [[nodiscard]] std::vector<fs::path> Versions() const {
    std::vector<fs::path> versions;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(place_.state() / "serving", none)) {
      if (entry.path().filename() == "manifest.json") {
        versions.push_back(entry.path().parent_path());
      }
    }
    return versions;
  }

  Workplace place_;
};

TEST_F(Log, EveryEntryThatTheProgramsWriteFitsTheCatalog) {
  ASSERT_EQ(MembersOf(place_.Run()), ShopMembers(kCustomers));
  const fs::path who = place_.root() / "who.txt";
  const std::string state = place_.state().string();
  for (const int customer : {7, 11}) {
    WriteText(who, "email " + ShopEmail(customer) + "\n");
    const ProcessResult done =
        customer == 7
            ? place_.Signet({"subject", "erase", "--state", state, "--from", who.string()})
            : place_.Signet({"consent",
                             "set",
                             "--state",
                             state,
                             "--from",
                             who.string(),
                             "--purpose",
                             "marketing.segmentation",
                             "--to",
                             "withdrawn"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
  }
  ASSERT_EQ(place_.Signet({"keys", "rotate", "--state", state}).exit_code, 0);

  std::set<std::string> types;
  for (const Json& entry : Tail({})) {
    const Status fits = crypto::CheckEntry(entry);
    EXPECT_TRUE(fits.ok()) << fits.ToString() << "\n" << entry.Dump();
    types.insert(entry["type"].AsString());
  }
  for (const char* type : {"plan.bound",
                           "run.started",
                           "run.finished",
                           "lease.granted",
                           "consent.changed",
                           "snapshot.published",
                           "right.withdrawn",
                           "right.destroyed",
                           "key.rotated"}) {
    EXPECT_TRUE(types.contains(type)) << type;
  }
  // A person is named by a reference, a new one each time.
  std::set<std::string> refs;
  const std::vector<Json> rights = Tail({"--type", "right."});
  for (const Json& entry : rights) {
    EXPECT_TRUE(entry.Has("subject_ref")) << entry.Dump();
    refs.insert(entry["subject_ref"].AsString());
  }
  EXPECT_GE(rights.size(), 2U);
  EXPECT_EQ(refs.size(), rights.size());
  // Of the person who still is in the state, the log can be asked; of the erased nobody can tell.
  const std::vector<Json> about = Tail({"--subject", who.string()});
  ASSERT_EQ(about.size(), 1U);
  EXPECT_EQ(about[0]["type"].AsString(), "consent.changed");
  WriteText(who, "email " + ShopEmail(7) + "\n");
  EXPECT_EQ(Audit({"tail", "--subject", who.string()}).exit_code, 1);
  EXPECT_TRUE(Tail({"--since", "2999-01-01"}).empty());
  EXPECT_EQ(Audit({"tail", "--since", "yesterday"}).exit_code, 1);
}

TEST_F(Log, ASnapshotWaitsForItsQuorumAndAnAuditorChecksEverything) {
  ASSERT_EQ(Audit({"key"}).exit_code, 1) << "no state yet";
  ASSERT_GT(MembersOf(place_.Run()), 0);
  ASSERT_EQ(Versions().size(), 1U);
  WitnessProcess witness(place_.root() / "witness", LogKey());
  witness.Start(0);
  const int port = witness.port();
  witness.Stop();
  const std::string policy = (place_.state() / "log-policy").string();
  WriteText(policy,
            "log " + LogKey() + "\nwitness w " + witness.vkey() +
                " http://127.0.0.1:" + std::to_string(port) + "\nquorum w\n");

  // The witness is down: the run succeeds, its snapshot is not delivered.
  const ProcessResult waits = place_.Signet(place_.RunArguments());
  EXPECT_EQ(waits.exit_code, kUnavailable) << waits.err;
  EXPECT_NE(waits.err.find("quorum"), std::string::npos) << waits.err;
  EXPECT_EQ(Versions().size(), 1U);
  EXPECT_EQ(Audit({"cosign"}).exit_code, kUnavailable);

  witness.Start(port);
  const ProcessResult cosigned = Audit({"cosign"});
  ASSERT_EQ(cosigned.exit_code, 0) << cosigned.err;
  EXPECT_NE(cosigned.out.find("witness.example/w"), std::string::npos);
  const std::vector<fs::path> versions = Versions();
  ASSERT_EQ(versions.size(), 2U);
  int under_quorum = 0;
  for (const fs::path& version : versions) {
    if (Verify({"snapshot", version.string(), "--policy", policy}).exit_code == 0) ++under_quorum;
    EXPECT_EQ(Verify({"snapshot", version.string(), "--key", LogKey()}).exit_code, 0);
  }
  EXPECT_EQ(under_quorum, 1) << "the first was delivered before there was a policy";

  const std::string exported = (place_.root() / "export").string();
  ASSERT_EQ(Audit({"export", "--out", exported}).exit_code, 0);
  const ProcessResult judged = Verify({exported, "--policy", policy});
  EXPECT_EQ(judged.exit_code, 0) << judged.err;
  witness.Stop();
}

TEST_F(Log, ARestoredOlderStateIsStoppedByTheWitness) {
  ASSERT_GT(MembersOf(place_.Run()), 0);
  WitnessProcess witness(place_.root() / "witness", LogKey());
  witness.Start(0);
  WriteText(place_.state() / "log-policy",
            "log " + LogKey() + "\nwitness w " + witness.vkey() +
                " http://127.0.0.1:" + std::to_string(witness.port()) + "\nquorum w\n");
  const fs::path kept = place_.root() / "kept";
  fs::copy(place_.state(), kept, fs::copy_options::recursive);
  ASSERT_GT(MembersOf(place_.Run()), 0);
  ASSERT_EQ(Audit({"cosign"}).exit_code, 0);
  // The whole folder is put back, with custody and the remembered checkpoint.
  fs::remove_all(place_.state());
  fs::copy(kept, place_.state(), fs::copy_options::recursive);
  const ProcessResult refused = Audit({"cosign"});
  EXPECT_EQ(refused.exit_code, kCorrupt) << refused.err;
  EXPECT_NE(refused.err.find("rolled back"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::is_empty(place_.state() / "evidence"));
  witness.Stop();
}

}  // namespace
}  // namespace signet::e2e
