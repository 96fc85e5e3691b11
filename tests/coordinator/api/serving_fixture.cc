#include "tests/coordinator/api/serving_fixture.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "crypto/primitives/sealed_stream.h"
#include "crypto/primitives/sha256.h"
#include "crypto/primitives/uuid_v8.h"

namespace signet::coordinator {

namespace fs = std::filesystem;

namespace {

/// Made once per test process: they cost a tenth of a second each.
const fs::path& CertificateFolder() {
  static const testing_support::ScratchFolder kFolder;
  static const bool kMade = [] {
    const std::string command =
        "deploy/certificates '" + kFolder.path().string() + "' email_platform ad_network stranger";
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before the test starts threads
    return std::system(command.c_str()) == 0;
  }();
  EXPECT_TRUE(kMade) << "deploy/certificates failed";
  return kFolder.path();
}

}  // namespace

Uuid TokenOf(const std::string& recipient, int n) {
  return crypto::UuidV8(crypto::Sha256::Of(AsBytes(recipient + " " + std::to_string(n))));
}

ServingFixture::ServingFixture()
    : folder_(pipelines::ServingFolder::OpenForPublication(scratch_.path() / "serving", entropy)
                  .value()) {}

fs::path ServingFixture::Certificate(const std::string& file) const {
  return CertificateFolder() / file;
}

pipelines::SnapshotFiles ServingFixture::Files(const std::string& recipient,
                                               const std::string& version,
                                               int first,
                                               int last) {
  std::vector<pipelines::Member> members;
  uint64_t even = 0;
  for (int n = first; n < last; ++n) {
    members.push_back({TokenOf(recipient, n), n % 2 == 0 ? 3U : 1U, "C" + std::to_string(n)});
    if (n % 2 == 0) ++even;
  }
  const Bytes encoded = pipelines::EncodeMembers(members);
  const std::string header = R"({"dataset":"loyalty","kind":"snapshot"})";
  Bytes plain;
  AppendField(plain, std::string_view(header));
  Append(plain, encoded);
  pipelines::SnapshotFiles files;
  files.key = entropy.RandomSecret(32);
  const crypto::Digest context = crypto::Sha256::Of(AsBytes(header));
  files.members = crypto::SealStream(files.key, entropy, context, plain).value();
  pipelines::SnapshotManifest& manifest = files.manifest;
  manifest.name = "loyalty";
  manifest.recipient = recipient;
  manifest.version = version;
  manifest.run = "run-1";
  manifest.purpose = "marketing.segmentation";
  manifest.released = "crm.customer_id";
  manifest.segments = {{"all", members.size(), Json()}, {"even", even, Json()}};
  manifest.members = members.size();
  manifest.created = Timestamp{1'000'000};
  manifest.members_context = ToHex(context);
  manifest.members_blob = ToHex(crypto::Sha256::Of(files.members));
  files.note = pipelines::ManifestNoteText(manifest);
  return files;
}

Status ServingFixture::Publish(const std::string& recipient,
                               const std::string& version,
                               int first,
                               int last) {
  return folder_.Publish(Files(recipient, version, first, last), /*fence=*/1);
}

SegmentServerOptions ServingFixture::ServerOptions() const {
  SegmentServerOptions options;
  options.port = 0;
  options.tls_cert = Certificate("server.pem");
  options.tls_key = Certificate("server.key");
  options.tls_ca = Certificate("ca.pem");
  options.clients = {{"email_platform", "email_platform"}, {"ad_network", "ad_network"}};
  return options;
}

SegmentClientOptions ServingFixture::ClientOptions(const std::string& name, int port) const {
  SegmentClientOptions options;
  options.port = port;
  options.tls_cert = Certificate(name + ".pem");
  options.tls_key = Certificate(name + ".key");
  options.tls_ca = Certificate("ca.pem");
  return options;
}

}  // namespace signet::coordinator
