#include "crypto/transparency/witness.h"

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/transparency/proof.h"
#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::NoteAt;
using testing_tree::ReferenceTree;

/// Keeps notes in memory; can refuse to save.
class MemoryWitnessStore final : public WitnessStore {
 public:
  Result<std::optional<std::string>> Load(const std::string& origin) override {
    const auto found = notes.find(origin);
    if (found == notes.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Status Save(const std::string& origin, const std::string& note) override {
    if (full) return Unavailable("disk full");
    notes[origin] = note;
    return OkStatus();
  }
  Status KeepEvidence(const std::string& /*origin*/, const std::string& note) override {
    evidence.push_back(note);
    return OkStatus();
  }

  std::map<std::string, std::string> notes;
  std::vector<std::string> evidence;
  bool full = false;
};

class WitnessTest : public testing::Test {
 protected:
  WitnessTest() {
    std::vector<VerifierKey> logs = {*VerifierKey::Create("log.example", KeyOf(1).PublicKey())};
    witness_ = Witness::Create("w.example", KeyOf(2), std::move(logs), store_, clock_).value();
  }

  std::vector<Digest> Proof(uint64_t old_size, uint64_t size) {
    return ProveConsistency(old_size, size, tree_.Nodes()).value();
  }
  WitnessAnswer Add(uint64_t old_size, std::vector<Digest> proof, const std::string& note) {
    return witness_->AddCheckpoint(AddCheckpointRequest{old_size, std::move(proof), note}.Text());
  }
  WitnessAnswer Grow(uint64_t old_size, uint64_t size) {
    return Add(old_size, Proof(old_size, size), NoteAt(size, KeyOf(1), "log.example"));
  }

  ReferenceTree tree_{40};
  MemoryWitnessStore store_;
  ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, CosignsALogThatOnlyGrows) {
  uint64_t last = 0;
  for (const uint64_t size : {3U, 4U, 17U, 40U}) {
    SCOPED_TRACE(size);
    const WitnessAnswer answer = Grow(last, size);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string note = NoteAt(size, KeyOf(1), "log.example");
    const SignedNote cosigned = *SignedNote::FromText(note + answer.body);
    EXPECT_EQ(*VerifyCosignature(cosigned, witness_->key()), 1'700'000'000U);
    EXPECT_EQ(store_.notes["log.example"], note);
    last = size;
  }
  // The same checkpoint again is cosigned again, with a new time.
  clock_.Advance(5'000'000);
  const WitnessAnswer again = Grow(40, 40);
  EXPECT_EQ(again.status, 200);
}

TEST_F(WitnessTest, AnswersConflictWithTheSizeItKnows) {
  ASSERT_EQ(Grow(0, 10).status, 200);
  for (const uint64_t old_size : {0U, 5U, 11U}) {
    SCOPED_TRACE(old_size);
    const WitnessAnswer answer = Grow(old_size, 20);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body, "10\n");
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
  }
  // A rollback: the log, restored from a backup, offers what it signed long ago.
  const WitnessAnswer rollback = Grow(3, 5);
  EXPECT_EQ(rollback.status, 409);
  EXPECT_EQ(rollback.body, "10\n");
}

TEST_F(WitnessTest, RefusesAForkAndKeepsTheEvidence) {
  ASSERT_EQ(Grow(0, 10).status, 200);
  const Checkpoint fork{"log.example", 10, Digest{}};
  const std::string note = SignNote(fork.Text(), "log.example", KeyOf(1))->Text();
  EXPECT_EQ(Add(10, {}, note).status, 422);
  EXPECT_EQ(store_.evidence, std::vector<std::string>{note});
  EXPECT_EQ(store_.notes["log.example"], NoteAt(10, KeyOf(1), "log.example"));
}

TEST_F(WitnessTest, RefusesBadAndSuperfluousProofs) {
  EXPECT_EQ(Add(0, {Digest{}}, NoteAt(10, KeyOf(1), "log.example")).status, 422);
  ASSERT_EQ(Grow(0, 10).status, 200);
  const std::string next = NoteAt(20, KeyOf(1), "log.example");
  std::vector<Digest> proof = Proof(10, 20);
  std::vector<Digest> wrong = proof;
  wrong[0][0] ^= 1;
  EXPECT_EQ(Add(10, wrong, next).status, 422);
  EXPECT_EQ(Add(10, {}, next).status, 422);
  proof.push_back(Digest{});
  EXPECT_EQ(Add(10, proof, next).status, 422);
  EXPECT_EQ(Add(10, {Digest{}}, NoteAt(10, KeyOf(1), "log.example")).status, 422);
  EXPECT_TRUE(store_.evidence.empty());
  // Size 0 has one root only.
  MemoryWitnessStore fresh;
  const Checkpoint empty{"log.example", 0, Digest{}};
  const auto witness = Witness::Create(
      "w", KeyOf(2), {*VerifierKey::Create("log.example", KeyOf(1).PublicKey())}, fresh, clock_);
  const std::string note = SignNote(empty.Text(), "log.example", KeyOf(1))->Text();
  EXPECT_EQ((*witness)->AddCheckpoint(AddCheckpointRequest{0, {}, note}.Text()).status, 422);
}

TEST_F(WitnessTest, TellsStrangersForgersAndMalformedRequestsApart) {
  const std::string good = NoteAt(10, KeyOf(1), "log.example");
  EXPECT_EQ(Add(0, {}, NoteAt(10, KeyOf(1), "other.example")).status, 404);
  EXPECT_EQ(Add(0, {}, NoteAt(10, KeyOf(9), "log.example")).status, 403);
  SignedNote both = *SignedNote::FromText(good);
  both.signatures.push_back(both.signatures[0]);
  both.signatures.back().signature[0] ^= 1;
  EXPECT_EQ(Add(0, {}, both.Text()).status, 403) << "a wrong line of a known key";
  EXPECT_EQ(Add(11, {}, good).status, 400);
  for (const std::string& body : {std::string(),
                                  std::string("old 0\n"),
                                  "old 00\n\n" + good,
                                  "old -1\n\n" + good,
                                  "old 0\nnot base64\n\n" + good,
                                  "new 0\n\n" + good,
                                  std::string("old 0\n\nx\n")}) {
    EXPECT_EQ(witness_->AddCheckpoint(body).status, 400);
  }
  std::string long_proof = "old 0\n";
  for (int i = 0; i < 64; ++i) long_proof += ToBase64(Digest{}) + "\n";
  EXPECT_EQ(witness_->AddCheckpoint(long_proof + "\n" + good).status, 400);
  EXPECT_TRUE(store_.notes.empty());
}

TEST_F(WitnessTest, AnswersOnlyOnceTheStateIsKept) {
  store_.full = true;
  EXPECT_EQ(Grow(0, 10).status, 500);
  store_.full = false;
  EXPECT_EQ(Grow(0, 12).status, 200);
}

TEST_F(WitnessTest, OfTwoConflictingRequestsAtOnceOneWins) {
  for (int round = 0; round < 20; ++round) {
    store_.notes.clear();
    std::vector<int> statuses(8);
    const auto grow = [&](size_t i) { statuses[i] = Grow(0, 10 + i).status; };
    {
      std::vector<std::jthread> threads;
      threads.reserve(statuses.size());
      for (size_t i = 0; i < statuses.size(); ++i) threads.emplace_back(grow, i);
    }
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7);
  }
}

TEST(FolderWitnessStore, KeepsTheWholeNoteAcrossRestarts) {
  const testing_support::ScratchFolder scratch;
  const std::string note = NoteAt(3, KeyOf(1), "log.example/with/slashes");
  {
    FolderWitnessStore store(scratch.path() / "w");
    EXPECT_FALSE((*store.Load("log.example/with/slashes")).has_value());
    ASSERT_TRUE(store.Save("log.example/with/slashes", note).ok());
    ASSERT_TRUE(store.KeepEvidence("../../escape", note).ok());
  }
  FolderWitnessStore store(scratch.path() / "w");
  EXPECT_EQ(**store.Load("log.example/with/slashes"), note);
  EXPECT_FALSE((*store.Load("log.example")).has_value());
}

TEST(AddCheckpointRequest, ReadsWhatItWrites) {
  const AddCheckpointRequest request{7, {Digest{}}, NoteAt(9, KeyOf(1), "log")};
  const auto read = AddCheckpointRequest::FromText(request.Text());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->old_size, 7U);
  EXPECT_EQ(read->proof, request.proof);
  EXPECT_EQ(read->checkpoint, request.checkpoint);
}

}  // namespace
}  // namespace signet::crypto
