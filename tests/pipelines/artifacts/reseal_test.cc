#include "pipelines/artifacts/reseal.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

class ResealTest : public ::testing::Test {
 protected:
  testing_support::ScratchFolder scratch_;
  SystemEntropy entropy_;
  FileBlobStore store_{scratch_.path()};
  StreamHeader header_{
      "scores", DatasetKind::kScores, policies::LabelClass::kOrdinary, 3, "r1/score/3", {}};
  SecretBytes old_ = entropy_.RandomSecret(32);
  SecretBytes new_ = entropy_.RandomSecret(32);
};

TEST_F(ResealTest, KeepsWhatAStreamSaysAndChangesItsKeyAndAddress) {
  const Bytes body(100'000, 7);
  const Stream before = SealBlob(header_, body, {DekId("dek-1"), &old_}, store_, entropy_).value();
  const Stream after = Reseal(before, old_, {DekId("dek-2"), &new_}, store_, entropy_).value();
  EXPECT_EQ(after.dek, DekId("dek-2"));
  EXPECT_NE(after.blob_digest, before.blob_digest);
  EXPECT_EQ(after.header_digest, before.header_digest);
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_EQ(*OpenBlob(after, header_, new_, store_), body);
  EXPECT_FALSE(OpenBlob(after, header_, old_, store_).ok()) << "the stolen key opens it no more";
}

TEST_F(ResealTest, WhatDoesNotOpenIsNotResealed) {
  const Stream stream =
      SealBlob(header_, Bytes(10, 1), {DekId("dek-1"), &old_}, store_, entropy_).value();
  EXPECT_EQ(Reseal(stream, new_, {DekId("dek-2"), &new_}, store_, entropy_).status().code(),
            StatusCode::kCorrupt);
  Stream moved = stream;
  header_.partition = 4;
  moved.header_digest = HeaderDigest(header_);
  EXPECT_EQ(Reseal(moved, old_, {DekId("dek-2"), &new_}, store_, entropy_).status().code(),
            StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::pipelines
