#include "crypto/transparency/checkpoint.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::NoteAt;

TEST(Checkpoint, TheExampleOfTheSpecificationIsRead) {
  const auto path = testing_support::SharedPath("vectors/c2sp/c2sp_examples.json");
  if (!path.has_value()) GTEST_SKIP() << "../shared/vectors/c2sp is absent";
  const std::string text =
      (*Json::Parse(AsText(*ReadFile(*path))))["checkpoint_parse_only"]["text"].AsString();
  const auto checkpoint = Checkpoint::FromText(text);
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163U);
  EXPECT_EQ(checkpoint->Text(), text);
}

TEST(Checkpoint, ExtensionLinesAreIgnored) {
  const Checkpoint plain{"log", 3, Digest{}};
  EXPECT_EQ(*Checkpoint::FromText(plain.Text() + "more\n"), plain);
}

TEST(Checkpoint, WhatIsNoCheckpointIsInvalid) {
  const std::string root = ToBase64(Digest{}) + "\n";
  for (const std::string& text : {std::string(),
                                  std::string("log\n"),
                                  std::string("log\n3\n"),
                                  "\n3\n" + root,
                                  "log\n03\n" + root,
                                  "log\n+3\n" + root,
                                  "log\n-3\n" + root,
                                  "log\n18446744073709551616\n" + root,
                                  "log\n3 \n" + root,
                                  std::string("log\n3\nAAAA\n")}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(Checkpoint::FromText(text).status().code(), StatusCode::kInvalid);
  }
}

TEST(Checkpoint, OpensUnderItsOwnKeyOnly) {
  const std::string note = NoteAt(5, KeyOf(1), "log");
  EXPECT_EQ(OpenCheckpoint(note, *VerifierKey::Create("log", KeyOf(1).PublicKey()))->size, 5U);
  EXPECT_EQ(OpenCheckpoint(note, *VerifierKey::Create("log", KeyOf(2).PublicKey())).status().code(),
            StatusCode::kCorrupt);
}

TEST(Checkpoint, OfAnotherOriginIsCorruptEvenWhenSigned) {
  const Checkpoint other{"other", 0, TreeHasher::EmptyRoot()};
  const std::string note = SignNote(other.Text(), "log", KeyOf(1))->Text();
  EXPECT_EQ(OpenCheckpoint(note, *VerifierKey::Create("log", KeyOf(1).PublicKey())).status().code(),
            StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
