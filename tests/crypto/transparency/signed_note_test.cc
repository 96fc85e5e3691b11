#include "crypto/transparency/signed_note.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;

TEST(SignedNote, TheExampleOfTheSpecificationVerifies) {
  const auto path = testing_support::SharedPath("vectors/c2sp/c2sp_examples.json");
  if (!path.has_value()) GTEST_SKIP() << "../shared/vectors/c2sp is absent";
  const Json vectors = *Json::Parse(AsText(*ReadFile(*path)));
  const std::string& vkey = vectors["signed_note"]["vkey"].AsString();
  const std::string& text = vectors["signed_note"]["note"].AsString();
  const auto key = VerifierKey::FromText(vkey);
  ASSERT_TRUE(key.ok()) << key.status().ToString();
  EXPECT_EQ(key->Text(), vkey);
  const auto note = SignedNote::FromText(text);
  ASSERT_TRUE(note.ok()) << note.status().ToString();
  EXPECT_EQ(note->Text(), text);
  EXPECT_TRUE(VerifyNote(*note, *key).ok());
}

TEST(SignedNote, IsReadBackAsSigned) {
  const SignedNote note = *SignNote("a\n\nb\n", "log.example/1", KeyOf(1));
  const auto read = SignedNote::FromText(note.Text());
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->text, "a\n\nb\n");
  EXPECT_TRUE(VerifyNote(*read, *VerifierKey::Create("log.example/1", KeyOf(1).PublicKey())).ok());
}

TEST(SignedNote, VerifiesUnderNoOtherKeyOrName) {
  const SignedNote note = *SignNote("a\n", "log", KeyOf(1));
  EXPECT_EQ(VerifyNote(note, *VerifierKey::Create("log", KeyOf(2).PublicKey())).code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(VerifyNote(note, *VerifierKey::Create("log2", KeyOf(1).PublicKey())).code(),
            StatusCode::kCorrupt);
}

TEST(SignedNote, EveryChangedByteOfTheTextFails) {
  const SignedNote note = *SignNote("origin\n12\nroot\n", "log", KeyOf(1));
  const VerifierKey key = *VerifierKey::Create("log", KeyOf(1).PublicKey());
  for (size_t i = 0; i < note.text.size(); ++i) {
    SignedNote changed = note;
    changed.text[i] = changed.text[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(VerifyNote(changed, key).code(), StatusCode::kCorrupt) << "byte " << i;
  }
}

TEST(SignedNote, AWrongLineOfAKnownKeyFailsBesideAGoodOne) {
  SignedNote note = *SignNote("a\n", "log", KeyOf(1));
  note.signatures.push_back(note.signatures.front());
  note.signatures.back().signature[3] ^= 1;
  EXPECT_FALSE(VerifyNote(note, *VerifierKey::Create("log", KeyOf(1).PublicKey())).ok());
}

TEST(SignedNote, SignaturesOfStrangersAreIgnored) {
  SignedNote note = *SignNote("a\n", "log", KeyOf(1));
  note.signatures.insert(note.signatures.begin(),
                         SignNote("b\n", "stranger", KeyOf(2))->signatures.front());
  EXPECT_TRUE(VerifyNote(note, *VerifierKey::Create("log", KeyOf(1).PublicKey())).ok());
}

TEST(SignedNote, WhatIsNoNoteIsInvalid) {
  const std::string good = SignNote("a\n", "log", KeyOf(1))->Text();
  struct Case {
    const char* name;
    std::string text;
  };
  for (const Case& c : {Case{"empty", ""},
                        Case{"no signature", "a\n\n"},
                        Case{"no gap", "a\n"},
                        Case{"no last line feed", good.substr(0, good.size() - 1)},
                        Case{"carriage return", "a\r\n" + good.substr(2)},
                        Case{"not UTF-8", "\xFF\n" + good.substr(2)},
                        Case{"no dash", "a\n\n- log AAAAAAAA\n"},
                        Case{"no name", "a\n\n\xE2\x80\x94 \n"},
                        Case{"not base64", "a\n\n\xE2\x80\x94 log A!\n"},
                        Case{"too short", "a\n\n\xE2\x80\x94 log AAAA\n"}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(SignedNote::FromText(c.text).status().code(), StatusCode::kInvalid);
  }
  std::string many = good;
  const std::string line = good.substr(good.find('\xE2'));
  for (int i = 0; i < 100; ++i) many += line;
  EXPECT_FALSE(SignedNote::FromText(many).ok());
}

TEST(SignedNote, ATextWithControlCharactersIsNotSigned) {
  EXPECT_FALSE(SignNote("a\x01\n", "log", KeyOf(1)).ok());
  EXPECT_FALSE(SignNote("a", "log", KeyOf(1)).ok());
  EXPECT_FALSE(SignNote("a\n", "lo g", KeyOf(1)).ok());
}

TEST(VerifierKey, WhatIsNoKeyIsInvalidAndSaysWhy) {
  const std::string good = VerifierKey::Create("log", KeyOf(1).PublicKey())->Text();
  EXPECT_TRUE(VerifierKey::FromText(good + "\n").ok());
  struct Case {
    const char* name;
    std::string text;
  };
  for (const Case& c : {Case{"empty", ""},
                        Case{"a word", "log"},
                        Case{"one plus", "log+12345678"},
                        Case{"other name", "leg" + good.substr(3)},
                        Case{"short id", "log+1234+AAAA"},
                        Case{"not base64", good.substr(0, 13) + "!!"},
                        Case{"short key", good.substr(0, 13) + "AQID"},
                        Case{"space in the name", "l g" + good.substr(3)}}) {
    SCOPED_TRACE(c.name);
    const auto key = VerifierKey::FromText(c.text);
    EXPECT_EQ(key.status().code(), StatusCode::kInvalid);
    EXPECT_FALSE(key.status().remedy().empty());
  }
}

}  // namespace
}  // namespace signet::crypto
