#include "crypto/transparency/cosignature.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/transparency/checkpoint.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::NoteAt;

class CosignatureTest : public testing::Test {
 protected:
  SignedNote note_ = *SignedNote::FromText(NoteAt(7, KeyOf(1), "log.example"));
  VerifierKey witness_ =
      *VerifierKey::Create("witness.example", KeyOf(2).PublicKey(), KeyType::kWitness);
};

TEST_F(CosignatureTest, SignsTheMessageOfTheSpecificationToTheByte) {
  const NoteSignature line = *Cosign(note_.text, "witness.example", KeyOf(2), 1'700'000'000);
  ASSERT_EQ(line.signature.size(), 72U);
  EXPECT_EQ(ToHex(ByteView(line.signature).first(8)), "000000006553f100");
  const std::string message = "cosignature/v1\ntime 1700000000\n" + note_.text;
  EXPECT_TRUE(KeyOf(2).PublicKey().Verify(AsBytes(message), ByteView(line.signature).subspan(8)));
  // The key id hashes the name, a line feed, the type 4 and the key.
  Bytes hashed = ToBytes("witness.example\n\x04");
  Append(hashed, KeyOf(2).PublicKey().bytes());
  const Digest digest = Sha256::Of(hashed);
  EXPECT_EQ(ToHex(line.id), ToHex(ByteView(digest).first(4)));
}

TEST_F(CosignatureTest, IsVerifiedWithItsTimeAndTheLogsSignatureStaysGood) {
  note_.signatures.push_back(*Cosign(note_.text, "witness.example", KeyOf(2), 42));
  const SignedNote read = *SignedNote::FromText(note_.Text());
  EXPECT_EQ(*VerifyCosignature(read, witness_), 42U);
  EXPECT_TRUE(
      OpenCheckpoint(note_.Text(), *VerifierKey::Create("log.example", KeyOf(1).PublicKey())).ok());
}

TEST_F(CosignatureTest, AnAbsentOneIsNotFoundAndAWrongOneIsCorrupt) {
  EXPECT_EQ(VerifyCosignature(note_, witness_).status().code(), StatusCode::kNotFound);
  NoteSignature line = *Cosign(note_.text, "witness.example", KeyOf(2), 42);
  for (size_t i = 0; i < line.signature.size(); ++i) {
    SCOPED_TRACE(i);
    SignedNote changed = note_;
    changed.signatures.push_back(line);
    changed.signatures.back().signature[i] ^= 1;
    EXPECT_EQ(VerifyCosignature(changed, witness_).status().code(), StatusCode::kCorrupt);
  }
  SignedNote shortened = note_;
  line.signature.pop_back();
  shortened.signatures.push_back(line);
  EXPECT_EQ(VerifyCosignature(shortened, witness_).status().code(), StatusCode::kCorrupt);
}

TEST_F(CosignatureTest, ALogsSignatureNeverPassesForAWitness) {
  // The same key, used as a log's: the key id differs by its type, so nothing is found.
  const SignedNote plain = *SignNote(note_.text, "witness.example", KeyOf(2));
  EXPECT_EQ(VerifyCosignature(plain, witness_).status().code(), StatusCode::kNotFound);
  // Forced under the witness' key id it is wrong, with or without a time in front.
  SignedNote forced = note_;
  forced.signatures.push_back({"witness.example", witness_.id(), plain.signatures[0].signature});
  EXPECT_EQ(VerifyCosignature(forced, witness_).status().code(), StatusCode::kCorrupt);
  Bytes timed(8, 0);
  Append(timed, plain.signatures[0].signature);
  forced.signatures.back().signature = timed;
  EXPECT_EQ(VerifyCosignature(forced, witness_).status().code(), StatusCode::kCorrupt);
}

TEST_F(CosignatureTest, AWitnessKeyIsNoLogKeyAndTheOtherWayRound) {
  EXPECT_FALSE(VerifierKey::FromText(witness_.Text()).ok());
  EXPECT_TRUE(VerifierKey::FromText(witness_.Text(), KeyType::kWitness).ok());
  const VerifierKey log = *VerifierKey::Create("log.example", KeyOf(1).PublicKey());
  EXPECT_FALSE(VerifierKey::FromText(log.Text(), KeyType::kWitness).ok());
  EXPECT_EQ(VerifyNote(note_, witness_).code(), StatusCode::kInvalid);
  EXPECT_EQ(VerifyCosignature(note_, log).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
