#include "pipelines/snapshots/manifest.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

SnapshotManifest Sample() {
  SnapshotManifest manifest;
  manifest.name = "loyalty";
  manifest.recipient = "email_platform";
  manifest.version = "20260101T000000Z-abc";
  manifest.purpose = "marketing.segmentation";
  manifest.as_of = Timestamp{1'767'225'600'000'000};
  manifest.created = Timestamp{1'767'225'600'500'000};
  manifest.expires = Timestamp{1'775'001'600'000'000};
  manifest.segments = {{"at_risk", 120, Json::Of({{"where", "churn > 0.6"}})},
                       {"champions", 60, Json()}};
  manifest.withheld = {{"tiny", "below the minimum group"}};
  manifest.members = 150;
  manifest.inputs = {{"orders", "aa"}};
  manifest.audit_index = 17;
  manifest.members_context = std::string(64, 'a');
  manifest.members_blob = std::string(64, 'b');
  return manifest;
}

TEST(Manifest, SurvivesItsJson) {
  const SnapshotManifest manifest = Sample();
  const auto again = SnapshotManifest::FromJson(Json::Parse(manifest.Canonical()).value());
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again->Canonical(), manifest.Canonical());
  EXPECT_EQ(again->segments, manifest.segments);
  EXPECT_EQ(again->expires, manifest.expires);
}

TEST(Manifest, RefusesWhatCannotDescribeMembers) {
  for (const char* field :
       {"name", "recipient", "version", "members_context", "members_blob", "created", "format"}) {
    SCOPED_TRACE(field);
    Json json = Sample().ToJson();
    json.Set(field, "");
    EXPECT_EQ(SnapshotManifest::FromJson(json).status().code(), StatusCode::kCorrupt);
  }
}

TEST(Manifest, ItsNoteIsAboutEveryField) {
  const SnapshotManifest manifest = Sample();
  const std::string text = ManifestNoteText(manifest);
  EXPECT_TRUE(CheckManifestNote(manifest, text).ok());
  EXPECT_EQ(text,
            "signet snapshot v1\nloyalty\nemail_platform\n20260101T000000Z-abc\n" +
                manifest.Digest() + "\n");
  SnapshotManifest other = manifest;
  other.segments[0].members += 1;
  EXPECT_EQ(CheckManifestNote(other, text).code(), StatusCode::kCorrupt);
}

TEST(Manifest, FindsTheBitOfASegment) {
  EXPECT_EQ(Sample().BitOf("champions"), 1U);
  EXPECT_FALSE(Sample().BitOf("tiny").has_value());
}

}  // namespace
}  // namespace signet::pipelines
