// Go's x/mod/sumdb (the checksum database of Go) judges our notes and proofs, and we judge its.
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "crypto/transparency/proof.h"
#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::EntryAt;
using testing_tree::KeyOf;
using testing_tree::ReferenceTree;

constexpr const char* kGoPackages = "/usr/share/gocode";

Json Base64s(const std::vector<Digest>& hashes) {
  Json list = Json(Json::Array());
  for (const Digest& hash : hashes) list.Push(ToBase64(hash));
  return list;
}

/// The judge, built by Go into a scratch folder (Go's own cache makes the second time quick).
class GoJudge {
 public:
  /// Why there is no judge on this machine, or empty.
  static std::string Absence() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
    if (std::system("command -v go >/dev/null 2>&1") != 0) return "go is absent";
    if (!std::filesystem::exists(std::filesystem::path(kGoPackages) /
                                 "src/golang.org/x/mod/sumdb/tlog")) {
      return "Debian's golang-golang-x-mod-dev is absent";
    }
    return {};
  }

  Status Build() {
    const std::string command =
        "GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local GOPATH=" + std::string(kGoPackages) +
        " go build -o " + Path("judge") + " tests/crypto/transparency/judge/main.go 2>" +
        Path("log");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
    if (std::system(command.c_str()) == 0) return OkStatus();
    return Internal(std::string(AsText(*ReadFile(Path("log")))));
  }

  /// Gives it a question; its answer.
  Result<Json> Ask(const Json& question) const {
    TRY(WriteFileAtomically(Path("question"), AsBytes(question.Dump())));
    const std::string command = Path("judge") + " <" + Path("question") + " >" + Path("answer");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
    if (std::system(command.c_str()) != 0) return Internal("the judge failed");
    ASSIGN_OR_RETURN(const Bytes answer, ReadFile(Path("answer")));
    return Json::Parse(AsText(answer));
  }

 private:
  std::string Path(const std::string& name) const { return (scratch_.path() / name).string(); }

  testing_support::ScratchFolder scratch_;
};

/// Inclusion proofs of a tree, one case each.
Json InclusionCases(const ReferenceTree& tree, uint64_t size, uint64_t step, uint64_t shift) {
  Json cases = Json(Json::Array());
  for (uint64_t index = 0; index < size; index += step) {
    cases.Push(Json::Of({{"size", size},
                         {"root", ToBase64(tree.Root(size))},
                         {"index", index},
                         {"entry", EntryAt(index + shift)},
                         {"proof", Base64s(*ProveInclusion(index, size, tree.Nodes()))}}));
  }
  return cases;
}

Json ConsistencyCases(const ReferenceTree& tree, uint64_t size) {
  Json cases = Json(Json::Array());
  for (uint64_t old = 1; old <= size; old += 5) {
    cases.Push(Json::Of({{"size", size},
                         {"root", ToBase64(tree.Root(size))},
                         {"old_size", old},
                         {"old_root", ToBase64(tree.Root(old))},
                         {"proof", Base64s(*ProveConsistency(old, size, tree.Nodes()))}}));
  }
  return cases;
}

TEST(OutsideJudge, GoAcceptsOurNotesAndProofsAndWeAcceptItsNote) {
  if (const std::string absence = GoJudge::Absence(); !absence.empty()) GTEST_SKIP() << absence;
  GoJudge judge;
  const Status built = judge.Build();
  ASSERT_TRUE(built.ok()) << built.message();
  const VerifierKey key = *VerifierKey::Create("signet.example/audit", KeyOf(9).PublicKey());
  const ReferenceTree tree(100);
  Json question =
      Json::Of({{"vkey", key.Text()}, {"note", testing_tree::NoteAt(100, KeyOf(9), key.name())}});
  for (const uint64_t size : {1U, 2U, 7U, 64U, 100U}) {
    SCOPED_TRACE(size);
    const Json records = InclusionCases(tree, size, 3, 0);
    const Json trees = ConsistencyCases(tree, size);
    question.Set("records", records);
    question.Set("trees", trees);
    const auto answer = judge.Ask(question);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ((*answer)["error"].AsString(), "");
    EXPECT_EQ((*answer)["records"].AsInt(), static_cast<int64_t>(records.size()));
    EXPECT_EQ((*answer)["trees"].AsInt(), static_cast<int64_t>(trees.size()));
    const auto their_key = VerifierKey::FromText((*answer)["vkey"].AsString());
    const auto their_note = SignedNote::FromText((*answer)["note"].AsString());
    ASSERT_TRUE(their_key.ok() && their_note.ok());
    EXPECT_TRUE(VerifyNote(*their_note, *their_key).ok());
  }
  // The judge can refuse: the same proofs for other entries.
  question.Set("records", InclusionCases(tree, 7, 1, 1));
  const auto refused = judge.Ask(question);
  ASSERT_TRUE(refused.ok());
  EXPECT_NE((*refused)["error"].AsString(), "");
}

}  // namespace
}  // namespace signet::crypto
