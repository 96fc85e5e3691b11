#include "pipelines/snapshots/serving_folder.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

namespace fs = std::filesystem;

class ServingFolderTest : public ::testing::Test {
 protected:
  SnapshotFiles Files(const std::string& version, const std::string& recipient = "mail") {
    std::vector<Member> members(1);
    members[0] = {{}, 1, "MARKER-C1"};
    const std::string header = "{}";
    Bytes plain;
    AppendField(plain, std::string_view(header));
    Append(plain, EncodeMembers(members));
    SnapshotFiles files;
    files.key = entropy_.RandomSecret(32);
    const crypto::Digest context = crypto::Sha256::Of(AsBytes(header));
    files.members = crypto::SealStream(files.key, entropy_, context, plain).value();
    files.manifest.name = "loyalty";
    files.manifest.recipient = recipient;
    files.manifest.version = version;
    files.manifest.members_context = ToHex(context);
    files.manifest.members_blob = ToHex(crypto::Sha256::Of(files.members));
    files.note = ManifestNoteText(files.manifest);
    return files;
  }
  ServingFolder Open() { return ServingFolder::OpenForPublication(root_, entropy_).value(); }

  testing_support::ScratchFolder scratch_;
  fs::path root_ = scratch_.path() / "serving";
  SeededEntropy entropy_{5};
  const SnapshotName name_{"mail", "loyalty"};
};

TEST_F(ServingFolderTest, WhatIsPublishedCanBeReadBackWithTheServingKeyAlone) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("1"), 1).ok());
  const ServingFolder reader = ServingFolder::OpenForServing(root_).value();
  EXPECT_EQ(reader.Snapshots().value(), std::vector<SnapshotName>{name_});
  EXPECT_EQ(reader.CurrentVersion(name_).value(), "1");
  const SnapshotManifest manifest = reader.ReadManifest(name_, "1").value();
  const Bytes members = reader.ReadMembers(name_, manifest).value();
  EXPECT_EQ(DecodeMembers(members).value()[0].released, "MARKER-C1");
}

TEST_F(ServingFolderTest, HoldsNothingPlain) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("1"), 1).ok());
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    if (!entry.is_regular_file()) continue;
    const Bytes bytes = ReadFile(entry.path()).value();
    EXPECT_EQ(AsText(bytes).find("MARKER"), std::string_view::npos) << entry.path();
    struct stat facts {};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 077U, 0U) << entry.path();
  }
}

TEST_F(ServingFolderTest, ALateCoordinatorCannotMakeAnythingVisible) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("1"), 7).ok());
  EXPECT_EQ(folder.Publish(Files("2"), 6).code(), StatusCode::kConflict);
  EXPECT_EQ(folder.CurrentVersion(name_).value(), "1");
  EXPECT_EQ(folder.Versions(name_).value(), std::vector<std::string>{"1"});
  EXPECT_TRUE(folder.Publish(Files("2"), 7).ok());
  EXPECT_EQ(folder.CurrentVersion(name_).value(), "2");
}

TEST_F(ServingFolderTest, ARepeatedCommitIsFineAndAnotherManifestIsNot) {
  ServingFolder folder = Open();
  const SnapshotFiles files = Files("1");
  ASSERT_TRUE(folder.Publish(files, 1).ok());
  EXPECT_TRUE(folder.Publish(files, 1).ok());
  EXPECT_EQ(folder.Publish(Files("1"), 1).code(), StatusCode::kConflict);
}

TEST_F(ServingFolderTest, AnOlderVersionDoesNotBecomeCurrent) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("2"), 1).ok());
  ASSERT_TRUE(folder.Publish(Files("1"), 1).ok());
  EXPECT_EQ(folder.CurrentVersion(name_).value(), "2");
  EXPECT_EQ(folder.Remove(name_, "2").code(), StatusCode::kConflict);
  EXPECT_TRUE(folder.Remove(name_, "1").ok());
  EXPECT_TRUE(folder.Remove(name_, "1").ok());
  EXPECT_EQ(folder.Versions(name_).value(), std::vector<std::string>{"2"});
}

TEST_F(ServingFolderTest, RefusesNamesThatLeadElsewhere) {
  ServingFolder folder = Open();
  for (const char* recipient : {"", "..", "a/b", ".hidden", "a b"}) {
    EXPECT_EQ(folder.Publish(Files("1", recipient), 1).code(), StatusCode::kInvalid) << recipient;
  }
}

TEST_F(ServingFolderTest, EveryChangedFileIsFound) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("1"), 1).ok());
  const fs::path version = root_ / "mail" / "loyalty" / "1";
  for (const char* file : {"manifest.json", "manifest.note", "members.sealed", "key.wrapped"}) {
    SCOPED_TRACE(file);
    const Bytes good = ReadFile(version / file).value();
    Bytes bad = good;
    bad[bad.size() / 2] ^= 1U;
    ASSERT_TRUE(WriteFileAtomically(version / file, bad).ok());
    const Result<SnapshotManifest> manifest = folder.ReadManifest(name_, "1");
    const Status status =
        manifest.ok() ? folder.ReadMembers(name_, *manifest).status() : manifest.status();
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << status.ToString();
    ASSERT_TRUE(WriteFileAtomically(version / file, good).ok());
  }
}

TEST_F(ServingFolderTest, AnotherServingKeyOpensNothing) {
  ServingFolder folder = Open();
  ASSERT_TRUE(folder.Publish(Files("1"), 1).ok());
  ASSERT_TRUE(WriteFileAtomically(root_ / "serving.key", Bytes(32, 9)).ok());
  const ServingFolder other = ServingFolder::OpenForServing(root_).value();
  const SnapshotManifest manifest = other.ReadManifest(name_, "1").value();
  EXPECT_EQ(other.ReadMembers(name_, manifest).status().code(), StatusCode::kCorrupt);
}

TEST_F(ServingFolderTest, AKeyThatOthersMayReadIsRefusedWithARemedy) {
  Open();
  fs::permissions(root_ / "serving.key", fs::perms::group_read, fs::perm_options::add);
  const Status status = ServingFolder::OpenForServing(root_).status();
  EXPECT_EQ(status.code(), StatusCode::kDenied);
  EXPECT_NE(status.remedy().find("chmod 600"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
