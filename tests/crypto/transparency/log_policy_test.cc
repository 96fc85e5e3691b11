#include "crypto/transparency/log_policy.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/transparency/cosignature.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::NoteAt;

std::string LogKey() {
  return VerifierKey::Create("log.example", KeyOf(1).PublicKey())->Text();
}
std::string WitnessKey(uint8_t fill) {
  const std::string name = "w" + std::to_string(fill) + ".example";
  return VerifierKey::Create(name, KeyOf(fill).PublicKey(), KeyType::kWitness)->Text();
}

/// Three witnesses, of which two must cosign.
std::string TwoOfThree() {
  return "# who is trusted\nlog " + LogKey() + " https://log.example/\n\nwitness a " +
         WitnessKey(11) + " https://a.example/w\nwitness b " + WitnessKey(12) + "\nwitness c " +
         WitnessKey(13) + "\ngroup two 2 a b c\nquorum two\n";
}

/// A checkpoint note cosigned by the keys of these bytes.
std::string NoteBy(const std::vector<uint8_t>& fills) {
  SignedNote note = *SignedNote::FromText(NoteAt(5, KeyOf(1), "log.example"));
  for (const uint8_t fill : fills) {
    const std::string name = "w" + std::to_string(fill) + ".example";
    note.signatures.push_back(*Cosign(note.text, name, KeyOf(fill), 100));
  }
  return note.Text();
}

TEST(LogPolicy, OpensACheckpointUnderItsQuorumOnly) {
  const auto policy = LogPolicy::FromText(TwoOfThree());
  ASSERT_TRUE(policy.ok()) << policy.status().ToString();
  EXPECT_TRUE(policy->needs_witnesses());
  EXPECT_EQ(policy->witnesses()[0].url, "https://a.example/w");
  struct Case {
    const char* name;
    std::vector<uint8_t> by;
    StatusCode want;
  };
  for (const Case& c : {Case{"none", {}, StatusCode::kDenied},
                        Case{"one", {11}, StatusCode::kDenied},
                        Case{"one twice", {11, 11}, StatusCode::kDenied},
                        Case{"one and a stranger", {11, 14}, StatusCode::kDenied},
                        Case{"two", {13, 11}, StatusCode::kOk},
                        Case{"all", {11, 12, 13}, StatusCode::kOk}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(policy->Open(NoteBy(c.by)).status().code(), c.want);
  }
  EXPECT_NE(policy->Open(NoteBy({11})).status().message().find("b, c"), std::string::npos);
}

TEST(LogPolicy, AWrongLineOfAKnownWitnessFailsTheNote) {
  const LogPolicy policy = *LogPolicy::FromText(TwoOfThree());
  SignedNote note = *SignedNote::FromText(NoteBy({11, 12, 13}));
  note.signatures[3].signature[20] ^= 1;
  EXPECT_EQ(policy.Open(note.Text()).status().code(), StatusCode::kCorrupt);
}

TEST(LogPolicy, OtherLogsAndUnsignedCheckpointsAreRefused) {
  const LogPolicy policy = *LogPolicy::FromText("log " + LogKey() + "\nquorum none\n");
  EXPECT_FALSE(policy.needs_witnesses());
  EXPECT_TRUE(policy.Open(NoteBy({})).ok());
  EXPECT_EQ(policy.Open(NoteAt(5, KeyOf(1), "other.example")).status().code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(policy.Open(NoteAt(5, KeyOf(2), "log.example")).status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(policy.Open("x").ok());
}

TEST(LogPolicy, GroupsNestAndCount) {
  const std::string head = "log " + LogKey() + "\nwitness a " + WitnessKey(11) + "\nwitness b " +
                           WitnessKey(12) + "\nwitness c " + WitnessKey(13) + "\n";
  const LogPolicy policy =
      *LogPolicy::FromText(head + "group ab any a b\ngroup both all ab c\nquorum both\n");
  EXPECT_TRUE(policy.CheckQuorum({"b", "c"}).ok());
  EXPECT_EQ(policy.CheckQuorum({"a", "b"}).code(), StatusCode::kDenied);
  EXPECT_EQ(policy.CheckQuorum({"c"}).code(), StatusCode::kDenied);
  const LogPolicy one = *LogPolicy::FromText(head + "quorum c\n");
  EXPECT_TRUE(one.CheckQuorum({"c"}).ok());
}

TEST(LogPolicy, RefusesWhatIsNoPolicyWithTheLine) {
  const std::string log = "log " + LogKey() + "\n";
  const std::string a = "witness a " + WitnessKey(11) + "\n";
  struct Case {
    const char* name;
    std::string text;
    const char* says;
  };
  const std::vector<Case> cases = {
      Case{"empty", "", "no log"},
      Case{"no quorum", log, "quorum"},
      Case{"quorum twice", log + "quorum none\nquorum none\n", "line 3"},
      Case{"quorum not defined", log + "quorum a\n" + a, "line 2"},
      Case{"member not defined", log + "group g any a\n" + a + "quorum g\n", "line 2"},
      Case{"group of itself", log + "group g any g\nquorum g\n", "line 2"},
      Case{"name twice", log + a + "witness a " + WitnessKey(12) + "\nquorum a\n", "line 3"},
      Case{"one key under two names",
           log + a + "witness b " + WitnessKey(11) + "\nquorum a\n",
           "line 3"},
      Case{"member twice", log + a + "group g 2 a a\nquorum g\n", "line 3"},
      Case{"too many needed", log + a + "group g 2 a\nquorum g\n", "line 3"},
      Case{"zero needed", log + a + "group g 0 a\nquorum g\n", "line 3"},
      Case{"none as a name", log + "witness none " + WitnessKey(11) + "\nquorum none\n", "line 2"},
      Case{"log twice", log + log + "quorum none\n", "line 2"},
      Case{"witness key for a log", "log " + WitnessKey(11) + "\nquorum none\n", "line 1"},
      Case{"log key for a witness", log + "witness a " + LogKey() + "\nquorum a\n", "line 2"},
      Case{"unknown word", log + "quorom none\n", "line 2"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto policy = LogPolicy::FromText(c.text);
    EXPECT_EQ(policy.status().code(), StatusCode::kInvalid);
    EXPECT_NE(policy.status().message().find(c.says), std::string::npos)
        << policy.status().message();
  }
}

}  // namespace
}  // namespace signet::crypto
