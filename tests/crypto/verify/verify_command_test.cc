#include "crypto/verify/verify_command.h"

#include <memory>

#include <gtest/gtest.h>

#include "crypto/audit/audit_log.h"
#include "crypto/base/file.h"
#include "crypto/transparency/cosignature.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

class VerifyCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = NewMemoryStore();
    auto log = AuditLog::Open(
        *store_, Ed25519PrivateKey::FromSeed(SecretBytes(32)), "signet.test/audit", clock_);
    ASSERT_TRUE(log.ok());
    log_ = std::move(log).value();
    Grow(260);
    key_ = log_->key().Text();
  }

  void Grow(int n) {
    for (int i = 0; i < n; ++i) {
      ASSERT_TRUE(
          log_->Record({"test", "tester", "count", {}, {}, {}, Json::Of({{"n", i}}), {}}).ok());
    }
    const auto note = log_->SignCheckpoint();
    ASSERT_TRUE(note.ok());
    note_ = *note;
    ASSERT_TRUE(log_->Export(scratch_.path() / "log").ok());
  }

  std::string Path(const std::string& name) const { return (scratch_.path() / name).string(); }
  std::string Write(const std::string& name, std::string_view text) const {
    EXPECT_TRUE(WriteFileAtomically(scratch_.path() / name, AsBytes(text)).ok());
    return Path(name);
  }

  testing_support::ScratchFolder scratch_;
  ManualClock clock_;
  std::unique_ptr<KvStore> store_;
  std::unique_ptr<AuditLog> log_;
  std::string key_;
  std::string note_;
};

TEST_F(VerifyCommandTest, AnExportedLogVerifies) {
  const VerifyOutcome outcome = RunVerifyCommand({Path("log"), "--key", key_});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("verified: 260 entries, 3 tiles"), std::string::npos) << outcome.out;
  EXPECT_EQ(RunVerifyCommand({Path("log"), "--key=" + Write("key", key_ + "\n")}).exit_code, 0);
}

TEST_F(VerifyCommandTest, ALogThatGrewExtendsItsOlderCheckpoint) {
  const std::string older = Write("older", note_);
  Grow(7);
  const VerifyOutcome outcome = RunVerifyCommand({Path("log"), "--key", key_, "--since", older});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("extends:  the checkpoint over 260 entries"), std::string::npos);
}

TEST_F(VerifyCommandTest, ALogThatShrankFailsWithFive) {
  const std::filesystem::path kept = scratch_.path() / "kept";
  std::filesystem::copy(scratch_.path() / "log", kept, std::filesystem::copy_options::recursive);
  Grow(7);
  const std::string newer = Write("newer", note_);
  const VerifyOutcome outcome = RunVerifyCommand({kept.string(), "--key", key_, "--since", newer});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_NE(outcome.error.find("fewer than the 267"), std::string::npos) << outcome.error;
}

TEST_F(VerifyCommandTest, AChangedEntryFailsWithFive) {
  const std::string path = Path("log/tile/entries/000");
  Bytes bundle = *ReadFile(path);
  bundle[bundle.size() / 2] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(path, bundle).ok());
  const VerifyOutcome outcome = RunVerifyCommand({Path("log"), "--key", key_});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(outcome.out.empty());
}

TEST_F(VerifyCommandTest, AReceiptVerifiesForItsEntryOnly) {
  const std::string proof = Write("p.tlog-proof", *log_->ProveInclusion(42));
  const std::string entry = Write("entry", AsText(*log_->reader().EntryBytes(42)));
  const std::string other = Write("other", AsText(*log_->reader().EntryBytes(43)));
  const VerifyOutcome good = RunVerifyCommand({"proof", proof, "--key", key_, "--entry", entry});
  EXPECT_EQ(good.exit_code, 0) << good.error;
  EXPECT_NE(good.out.find("number 42 of 260 entries"), std::string::npos);
  EXPECT_EQ(RunVerifyCommand({"proof", proof, "--key", key_, "--entry", other}).exit_code, 5);
}

TEST_F(VerifyCommandTest, AnEditorsLineFeedBehindTheEntryIsForgiven) {
  const std::string proof = Write("p.tlog-proof", *log_->ProveInclusion(1));
  const std::string entry =
      Write("entry", std::string(AsText(*log_->reader().EntryBytes(1))) + "\n");
  EXPECT_EQ(RunVerifyCommand({"proof", proof, "--key", key_, "--entry", entry}).exit_code, 0);
}

TEST_F(VerifyCommandTest, UnderAPolicyTheQuorumMustHaveCosigned) {
  const auto witness = Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Bytes(32, 9)));
  const std::string policy =
      Write("policy",
            "log " + key_ + "\nwitness w " +
                VerifierKey::Create("w.example", witness.PublicKey(), KeyType::kWitness)->Text() +
                "\nquorum w\n");
  const VerifyOutcome alone = RunVerifyCommand({Path("log"), "--policy", policy});
  EXPECT_EQ(alone.exit_code, 5);
  EXPECT_NE(alone.error.find("not cosigned by the quorum"), std::string::npos) << alone.error;
  SignedNote note = *SignedNote::FromText(note_);
  note.signatures.push_back(*Cosign(note.text, "w.example", witness, 1'700'000'000));
  ASSERT_TRUE(log_->AddCosignatures(note).ok());
  ASSERT_TRUE(log_->Export(scratch_.path() / "log").ok());
  const VerifyOutcome cosigned = RunVerifyCommand({Path("log"), "--policy", policy});
  EXPECT_EQ(cosigned.exit_code, 0) << cosigned.error;
  EXPECT_NE(cosigned.out.find("quorum:   reached"), std::string::npos);
  const std::string proof = Write("p.tlog-proof", *log_->ProveInclusion(42));
  const std::string entry = Write("entry", AsText(*log_->reader().EntryBytes(42)));
  EXPECT_EQ(RunVerifyCommand({"proof", proof, "--policy", policy, "--entry", entry}).exit_code, 0);
}

TEST_F(VerifyCommandTest, APrunedLogVerifiesForWhoKnowsOfThePruning) {
  Grow(300);
  ASSERT_TRUE(log_->Prune(256, {"log.pruned", "cli", "prune", {}, {}, {}, {}, {}}).ok());
  ASSERT_TRUE(log_->SignCheckpoint().ok());
  ASSERT_TRUE(log_->Export(scratch_.path() / "pruned").ok());
  EXPECT_EQ(RunVerifyCommand({Path("pruned"), "--key", key_}).exit_code, 5);
  const VerifyOutcome outcome =
      RunVerifyCommand({Path("pruned"), "--key", key_, "--pruned-below", "256"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("pruned:"), std::string::npos);
  EXPECT_EQ(RunVerifyCommand({Path("pruned"), "--key", key_, "--pruned-below", "x"}).exit_code, 1);
}

TEST_F(VerifyCommandTest, ASnapshotAndItsPlanVerifyAgainstTheLog) {
  const Json plan = Json::Of({{"pipeline", "loyalty"}});
  const std::string digest = ToHex(Sha256::Of(AsBytes(plan.Dump())));
  const uint64_t bound =
      *log_->Record({"plan.bound",
                     "cli",
                     "bind",
                     {},
                     "run-1",
                     std::string(64, 'a'),
                     Json::Of({{"pipeline", "loyalty"}, {"plan_digest", digest}}),
                     {}});
  const Json manifest = Json::Of({{"name", "publish"},
                                  {"recipient", "mail"},
                                  {"version", "1"},
                                  {"members", 70},
                                  {"content_digest", "aaaaaaaa"},
                                  {"members_blob", "bbbbbbbb"},
                                  {"plan_digest", digest},
                                  {"audit_index", bound + 1}});
  Json facts = Json::Of({{"snapshot", "publish"}});
  for (const auto& [name, value] : manifest.fields()) {
    if (name != "name" && name != "audit_index") facts.Set(name, value);
  }
  AuditEvent event;
  event.type = "snapshot.published";
  event.facts = facts;
  const uint64_t published = *log_->Record(event);
  ASSERT_TRUE(log_->SignCheckpoint().ok());
  std::filesystem::create_directories(scratch_.path() / "v1");
  const std::string text =
      "signet snapshot v1\npublish\nmail\n1\n" + ToHex(Sha256::Of(AsBytes(manifest.Dump()))) + "\n";
  Write("v1/manifest.json", manifest.Dump());
  Write("v1/manifest.note",
        SignNote(text, "signet.test/audit", Ed25519PrivateKey::FromSeed(SecretBytes(32)))->Text());
  Write("v1/receipt.tlog-proof", *log_->ProveInclusion(published));
  Write("v1/entry.json", AsText(*log_->reader().EntryBytes(published)));
  const VerifyOutcome snapshot = RunVerifyCommand({"snapshot", Path("v1"), "--key", key_});
  EXPECT_EQ(snapshot.exit_code, 0) << snapshot.error;

  const std::string plan_file = Write("plan.json", plan.Pretty() + "\n");
  const std::string proof = Write("plan.tlog-proof", *log_->ProveInclusion(bound));
  const std::string entry =
      Write("plan.entry", std::string(AsText(*log_->reader().EntryBytes(bound))) + "\n");
  const std::vector<std::string> rest = {"--key", key_, "--proof", proof, "--entry", entry};
  std::vector<std::string> arguments = {"plan", plan_file};
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  const VerifyOutcome good = RunVerifyCommand(arguments);
  EXPECT_EQ(good.exit_code, 0) << good.error;
  Write("plan.json", R"({"pipeline":"other"})");
  EXPECT_EQ(RunVerifyCommand(arguments).exit_code, 5);
  Write("v1/manifest.json", manifest.Dump() + " ");
  EXPECT_EQ(RunVerifyCommand({"snapshot", Path("v1"), "--key", key_}).exit_code, 5);
}

TEST_F(VerifyCommandTest, WrongUseIsTwoWithTheUsage) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {Path("log")},
      {"--key", key_},
      {Path("log"), "--key"},
      {Path("log"), "--kye", key_},
      {Path("log"), "--key", key_, "--key", key_},
      {Path("log"), "more", "--key", key_},
      {Path("log"), "--key", key_, "--entry", "x"},
      {"proof", "x", "--key", key_},
      {"proof", "x", "--key", key_, "--entry", "x", "--since", "x"},
      {Path("log"), "--key", key_, "--policy", "x"},
      {"snapshot", "x"},
      {"snapshot", "x", "--key", key_, "--entry", "x"},
      {"plan", "x", "--key", key_, "--entry", "x"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const VerifyOutcome outcome = RunVerifyCommand(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.error.find("usage: signet-verify"), std::string::npos);
  }
  EXPECT_NE(RunVerifyCommand({"x", "--kye", "y"}).error.find("did you mean --key"),
            std::string::npos);
  EXPECT_EQ(RunVerifyCommand({"--help"}).exit_code, 0);
}

TEST_F(VerifyCommandTest, UnreadableInputIsOneAndNamesIt) {
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const Case& c :
       {Case{"no folder", {Path("none"), "--key", key_}, "none"},
        Case{"no key", {Path("log"), "--key", "x"}, "verifier key"},
        Case{"no since", {Path("log"), "--key", key_, "--since", Path("no")}, "no"},
        Case{"no proof", {"proof", Path("no"), "--key", key_, "--entry", Path("no")}, "no"}}) {
    SCOPED_TRACE(c.name);
    const VerifyOutcome outcome = RunVerifyCommand(c.arguments);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.error;
    EXPECT_NE(outcome.error.find(c.says), std::string::npos) << outcome.error;
  }
}

}  // namespace
}  // namespace signet::crypto
