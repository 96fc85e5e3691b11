#include "pipelines/artifacts/blob_store.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/primitives/sha256.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

std::string DigestOf(const Bytes& bytes) {
  return ToHex(crypto::Sha256::Of(bytes));
}

TEST(FileBlobStore, GivesBackWhatWasPutAndStoresItOnce) {
  const testing_support::ScratchFolder scratch;
  FileBlobStore store(scratch.path() / "blobs");
  const Bytes bytes = ToBytes("ciphertext");
  ASSERT_TRUE(store.Put(DigestOf(bytes), bytes).ok());
  ASSERT_TRUE(store.Put(DigestOf(bytes), bytes).ok());
  EXPECT_EQ(store.Get(DigestOf(bytes)).value(), bytes);
  ASSERT_TRUE(store.Delete(DigestOf(bytes)).ok());
  EXPECT_EQ(store.Get(DigestOf(bytes)).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store.Delete(DigestOf(bytes)).ok());
}

TEST(FileBlobStore, RefusesNamesThatAreNoDigestOfTheBytes) {
  const testing_support::ScratchFolder scratch;
  FileBlobStore store(scratch.path() / "blobs");
  const Bytes bytes = ToBytes("x");
  std::string upper = DigestOf(bytes);
  upper[0] = 'A';
  for (const std::string& name : {std::string(),
                                  std::string("../../../../etc/passwd"),
                                  "../" + DigestOf(bytes).substr(3),
                                  upper,
                                  std::string(64, '/'),
                                  DigestOf(ToBytes("another"))}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(store.Put(name, bytes).code(), StatusCode::kInvalid);
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "blobs"));
}

TEST(FileBlobStore, NoticesABlobThatWasChanged) {
  const testing_support::ScratchFolder scratch;
  FileBlobStore store(scratch.path() / "blobs");
  const Bytes bytes = ToBytes("ciphertext");
  const std::string digest = DigestOf(bytes);
  ASSERT_TRUE(store.Put(digest, bytes).ok());
  const auto path = scratch.path() / "blobs" / digest.substr(0, 2) / digest.substr(2);
  ASSERT_TRUE(WriteFileAtomically(path, ToBytes("ciphertexT")).ok());
  EXPECT_EQ(store.Get(digest).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::pipelines
