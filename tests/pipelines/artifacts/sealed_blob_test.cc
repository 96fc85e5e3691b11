#include "pipelines/artifacts/sealed_blob.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

class SealedBlobTest : public ::testing::Test {
 protected:
  StreamHeader Header() const {
    return {"facts", DatasetKind::kFacts, policies::LabelClass::kFacts, 3, "run/tokenise/0", {}};
  }
  testing_support::ScratchFolder scratch_;
  FileBlobStore store_{scratch_.path()};
  SeededEntropy entropy_{1};
  SecretBytes key_ = entropy_.RandomSecret(32);
};

TEST_F(SealedBlobTest, OpensToTheSameBytes) {
  for (const size_t size : {0U, 1U, 16384U, 100000U}) {
    const Bytes body(size, 7);
    const Stream stream = SealBlob(Header(), body, {DekId("d"), &key_}, store_, entropy_).value();
    EXPECT_EQ(stream.dek, DekId("d"));
    EXPECT_EQ(OpenBlob(stream, Header(), key_, store_).value(), body);
  }
}

TEST_F(SealedBlobTest, OpensOnlyAsWhatItIs) {
  const Stream stream =
      SealBlob(Header(), ToBytes("body"), {DekId("d"), &key_}, store_, entropy_).value();
  StreamHeader wrong[5] = {Header(), Header(), Header(), Header(), Header()};
  wrong[0].dataset = "other";
  wrong[1].kind = DatasetKind::kView;
  wrong[2].label_class = policies::LabelClass::kOrdinary;
  wrong[3].partition = 4;
  wrong[4].producer = "run/tokenise/1";
  for (const StreamHeader& expected : wrong) {
    EXPECT_EQ(OpenBlob(stream, expected, key_, store_).status().code(), StatusCode::kCorrupt);
  }
}

TEST_F(SealedBlobTest, AnotherKeyOrAnotherContextOpensNothing) {
  const Stream stream =
      SealBlob(Header(), ToBytes("body"), {DekId("d"), &key_}, store_, entropy_).value();
  const SecretBytes other = entropy_.RandomSecret(32);
  EXPECT_EQ(OpenBlob(stream, Header(), other, store_).status().code(), StatusCode::kCorrupt);
  Stream moved = stream;
  StreamHeader elsewhere = Header();
  elsewhere.partition = 4;
  moved.header_digest = HeaderDigest(elsewhere);
  EXPECT_EQ(OpenBlob(moved, elsewhere, key_, store_).status().code(), StatusCode::kCorrupt);
}

TEST_F(SealedBlobTest, ItsPlaintextIsNowhereInTheStore) {
  const std::string canary = "canary-in-a-sealed-blob";
  const Stream stream =
      SealBlob(Header(), AsBytes(canary), {DekId("d"), &key_}, store_, entropy_).value();
  const Bytes sealed = store_.Get(stream.blob_digest).value();
  EXPECT_EQ(AsText(sealed).find(canary), std::string_view::npos);
  EXPECT_EQ(AsText(sealed).find("facts"), std::string_view::npos);
}

TEST_F(SealedBlobTest, ItsLengthTellsABucketAndNotTheNumberOfRows) {
  // An attacker who sees the store's files alone: do twelve rows differ from thirteen, or a shop's
  // quiet day from a slightly busier one?
  std::set<uint64_t> sizes;
  for (const size_t size : {0U, 1U, 500U, 3'000U}) {
    sizes.insert(
        SealBlob(Header(), Bytes(size, 7), {DekId("d"), &key_}, store_, entropy_).value().bytes);
  }
  EXPECT_EQ(sizes.size(), 1U);
  sizes.clear();
  for (size_t size = 1'000'000; size < 1'010'000; size += 100) {
    sizes.insert(
        SealBlob(Header(), Bytes(size, 7), {DekId("d"), &key_}, store_, entropy_).value().bytes);
  }
  EXPECT_LE(sizes.size(), 2U);
}

}  // namespace
}  // namespace signet::pipelines
