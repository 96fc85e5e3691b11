#include "coordinator/api/segment_server.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "coordinator/api/segment_client.h"
#include "coordinator/api/served_snapshots.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/primitives/ed25519.h"
#include "crypto/primitives/sha256.h"
#include "crypto/transparency/signed_note.h"
#include "pipelines/snapshots/withdrawals.h"
#include "tests/coordinator/api/serving_fixture.h"

namespace signet::coordinator {
namespace {

constexpr char kMail[] = "email_platform";
constexpr char kAds[] = "ad_network";

class SegmentServerTest : public ::testing::Test {
 protected:
  void Start(const SegmentServerOptions& options) {
    ASSERT_TRUE(fixture_.Publish(kMail, "1", 0, 100).ok());
    ASSERT_TRUE(fixture_.Publish(kAds, "1", 0, 50).ok());
    served_ = std::make_unique<ServedSnapshots>(fixture_.folder(),
                                                fixture_.root() / "index",
                                                std::nullopt,
                                                fixture_.clock,
                                                fixture_.entropy);
    ASSERT_TRUE(served_->Reload().ok());
    auto server = SegmentServer::Listen(options, *served_, fixture_.clock);
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    thread_ = std::jthread([this] { EXPECT_TRUE(server_->Serve().ok()); });
  }
  void Start() { Start(fixture_.ServerOptions()); }
  void TearDown() override {
    if (server_) server_->Stop();
  }
  std::unique_ptr<SegmentClient> Client(const std::string& name) {
    return SegmentClient::Connect(fixture_.ClientOptions(name, server_->port())).value();
  }

  ServingFixture fixture_;
  std::unique_ptr<ServedSnapshots> served_;
  std::unique_ptr<SegmentServer> server_;
  std::jthread thread_;
};

TEST_F(SegmentServerTest, AnswersMembershipOneByOneAndInBatches) {
  Start();
  const auto client = Client(kMail);
  EXPECT_TRUE(client->IsMember("loyalty", "even", TokenOf(kMail, 4)).value());
  EXPECT_FALSE(client->IsMember("loyalty", "even", TokenOf(kMail, 5)).value());
  EXPECT_TRUE(client->IsMember("loyalty", "all", TokenOf(kMail, 5)).value());
  std::vector<Uuid> tokens;
  tokens.reserve(200);
  for (int n = 0; n < 200; ++n) tokens.push_back(TokenOf(kMail, n));
  const std::vector<bool> members = client->IsMemberBatch("loyalty", "even", tokens).value();
  for (size_t n = 0; n < members.size(); ++n) EXPECT_EQ(members[n], n < 100 && n % 2 == 0) << n;
  EXPECT_EQ(client->SegmentsOf("loyalty", TokenOf(kMail, 4)).value(),
            (std::vector<std::string>{"all", "even"}));
  EXPECT_EQ(client->ListSegments().value().size(), 2U);
  const auto manifest = client->GetManifest("loyalty").value();
  EXPECT_EQ(Json::Parse(manifest.first).value()["recipient"].AsString(), kMail);
  EXPECT_EQ(manifest.second.find("signet snapshot v1\nloyalty\nemail_platform\n1\n"), 0U);
}

TEST_F(SegmentServerTest, ARecipientNeverSeesAnotherRecipientsMembers) {
  Start();
  const auto ads = Client(kAds);
  std::vector<Uuid> tokens;
  tokens.reserve(100);
  for (int n = 0; n < 100; ++n) tokens.push_back(TokenOf(kMail, n));
  const std::vector<bool> members = ads->IsMemberBatch("loyalty", "all", tokens).value();
  EXPECT_EQ(std::count(members.begin(), members.end(), true), 0);
  EXPECT_TRUE(ads->IsMember("loyalty", "all", TokenOf(kAds, 7)).value());
  EXPECT_EQ(Json::Parse(ads->GetManifest("loyalty").value().first).value()["recipient"].AsString(),
            kAds);
}

TEST_F(SegmentServerTest, ReadsAreCountedForTheLogByRecipientAndVersion) {
  const auto spool =
      pipelines::AccessSpool::Open(fixture_.folder(), fixture_.clock, fixture_.entropy).value();
  SegmentServerOptions options = fixture_.ServerOptions();
  options.access = spool.get();
  Start(options);
  const auto client = Client(kMail);
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(client->IsMember("loyalty", "all", TokenOf(kMail, n)).ok());
  }
  ASSERT_TRUE(client->IsMemberBatch("loyalty", "all", std::vector<Uuid>(40)).ok());
  ASSERT_TRUE(client->Resolve("loyalty", {"C1", "C2"}).ok());
  EXPECT_FALSE(client->IsMember("none", "all", TokenOf(kMail, 1)).ok());
  ASSERT_TRUE(spool->Flush().ok());
  const auto reports = pipelines::ReadAccessReports(fixture_.folder());
  ASSERT_TRUE(reports.ok());
  ASSERT_EQ(reports->size(), 1U);
  ASSERT_TRUE((*reports)[0].report.ok());
  const auto& records = (*reports)[0].report->records;
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].snapshot, "loyalty");
  EXPECT_EQ(records[0].version, "1");
  EXPECT_EQ(records[0].calls, 5U);
  EXPECT_EQ(records[0].lookups, 43U);
  EXPECT_EQ(records[0].resolved, 2U);
  EXPECT_EQ(records[0].clients, 1U);
  EXPECT_EQ(records[1].refused, 1U);
  EXPECT_EQ(records[1].calls, 0U);
}

TEST_F(SegmentServerTest, ACertificateThatStandsForNobodyIsDenied) {
  Start();
  EXPECT_EQ(Client("stranger")->ListSegments().status().code(), StatusCode::kDenied);
  EXPECT_EQ(server_->Figures()["refused"].AsInt(), 1);
}

TEST_F(SegmentServerTest, ACertificateOfAnotherAuthorityDoesNotConnect) {
  Start();
  const testing_support::ScratchFolder other;
  const std::string command = "deploy/certificates '" + other.path().string() + "' email_platform";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): only this thread
  SegmentClientOptions options = fixture_.ClientOptions(kMail, server_->port());
  options.tls_cert = other.path() / "email_platform.pem";
  options.tls_key = other.path() / "email_platform.key";
  const auto client = SegmentClient::Connect(options);
  // With TLS 1.3 the client learns of the refusal at its first read.
  const Status status = client.ok() ? (*client)->ListSegments().status() : client.status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
}

TEST_F(SegmentServerTest, ResolvesReleasedIdentifiersWithinTheBudget) {
  SegmentServerOptions options = fixture_.ServerOptions();
  options.resolves_per_minute_max = 5;
  Start(options);
  const auto client = Client(kMail);
  const std::vector<Uuid> tokens = client->Resolve("loyalty", {"C3", "nobody", "C99"}).value();
  EXPECT_EQ(tokens, (std::vector<Uuid>{TokenOf(kMail, 3), Uuid{}, TokenOf(kMail, 99)}));
  EXPECT_EQ(client->Resolve("loyalty", {"C1", "C2", "C3"}).status().code(), StatusCode::kExhausted);
  // The budget is each recipient's own.
  EXPECT_EQ(Client(kAds)->Resolve("loyalty", {"C1"}).value()[0], TokenOf(kAds, 1));
  EXPECT_EQ(server_->Figures()["resolved"].AsInt(), 4);
}

TEST_F(SegmentServerTest, AWithdrawnPersonIsAbsentFromEveryAnswer) {
  Start();
  const auto client = Client(kMail);
  const Uuid erased = TokenOf(kMail, 4);
  ASSERT_TRUE(pipelines::AddWithdrawals(fixture_.folder(),
                                        kMail,
                                        {pipelines::Withdrawal{erased, Timestamp{9}, ""}},
                                        fixture_.entropy,
                                        {})
                  .ok());
  ASSERT_TRUE(served_->Reload().ok());
  EXPECT_FALSE(client->IsMember("loyalty", "even", erased).value());
  EXPECT_TRUE(client->SegmentsOf("loyalty", erased).value().empty());
  EXPECT_FALSE(client->IsMemberBatch("loyalty", "all", std::vector<Uuid>{erased}).value()[0]);
  EXPECT_EQ(client->Resolve("loyalty", {"C4"}).value()[0], Uuid{});
}

TEST_F(SegmentServerTest, WrongQuestionsGetNamedErrors) {
  Start();
  const auto client = Client(kMail);
  const Uuid token = TokenOf(kMail, 1);
  EXPECT_EQ(client->IsMember("nothing", "all", token).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(client->IsMember("loyalty", "nothing", token).status().code(), StatusCode::kNotFound);
  const std::vector<Uuid> many(100'001, token);
  EXPECT_EQ(client->IsMemberBatch("loyalty", "all", many).status().code(), StatusCode::kExhausted);
  EXPECT_TRUE(client->IsMember("loyalty", "all", token).value());
}

TEST_F(SegmentServerTest, StopsWhileAClientIsConnected) {
  Start();
  const auto client = Client(kMail);
  ASSERT_TRUE(client->ListSegments().ok());
  server_->Stop();
  thread_.join();
  EXPECT_EQ(client->ListSegments().status().code(), StatusCode::kUnavailable);
}

TEST_F(SegmentServerTest, SaysWhatIsWrongBeforeItServes) {
  Start();
  struct Case {
    const char* name;
    std::function<void(SegmentServerOptions&)> change;
    StatusCode code;
    const char* words;
  };
  const auto garbage = fixture_.root() / "garbage.pem";
  ASSERT_TRUE(WriteFileAtomically(garbage, AsBytes("no certificate")).ok());
  const std::vector<Case> cases = {
      {"occupied port",
       [&](auto& o) { o.port = server_->port(); },
       StatusCode::kUnavailable,
       "cannot listen"},
      {"missing certificate",
       [](auto& o) { o.tls_cert = "nowhere.pem"; },
       StatusCode::kNotFound,
       "nowhere.pem"},
      {"no certificate", [&](auto& o) { o.tls_cert = garbage; }, StatusCode::kInvalid, "PEM"},
      {"key of another",
       [&](auto& o) { o.tls_key = fixture_.Certificate("stranger.key"); },
       StatusCode::kInvalid,
       "private key"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SegmentServerOptions options = fixture_.ServerOptions();
    c.change(options);
    const auto server = SegmentServer::Listen(options, *served_, fixture_.clock);
    ASSERT_FALSE(server.ok());
    EXPECT_EQ(server.status().code(), c.code);
    EXPECT_NE(server.status().message().find(c.words), std::string::npos)
        << server.status().message();
  }
}

TEST(ClientIdentities, AreReadLineByLineWithLocatedErrors) {
  const testing_support::ScratchFolder scratch;
  const auto path = scratch.path() / "clients";
  ASSERT_TRUE(WriteFileAtomically(
                  path, AsBytes("# who\nmail.example email_platform # c\n\nads\tad_network\n"))
                  .ok());
  EXPECT_EQ(ReadClientIdentities(path).value(),
            (ClientIdentities{{"ads", "ad_network"}, {"mail.example", "email_platform"}}));
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("a b\nlonely\n")).ok());
  EXPECT_NE(ReadClientIdentities(path).status().message().find(":2:"), std::string::npos);
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("a b\na c\n")).ok());
  EXPECT_EQ(ReadClientIdentities(path).status().code(), StatusCode::kInvalid);
}

TEST_F(SegmentServerTest, OncePinnedOnlyThoseCertificatesAreAnsweredAndARevokedOneNoLonger) {
  Start();
  const auto mail = Client(kMail);
  const auto ads = Client(kAds);
  EXPECT_TRUE(mail->IsMember("loyalty", "all", TokenOf(kMail, 5)).value());
  // The certificate's DER is what its PEM holds in base64.
  const std::string pem(AsText(ReadFile(fixture_.Certificate("email_platform.pem")).value()));
  std::string base64;
  for (const std::string& line : Split(pem, '\n')) {
    if (line.rfind("-----END", 0) == 0) break;
    if (line.rfind("-----", 0) != 0) base64 += line;
  }
  const std::string fingerprint = ToHex(crypto::Sha256::Of(FromBase64(base64).value()));
  const auto key = crypto::Ed25519PrivateKey::FromSeed(SecretBytes(32));
  const auto pin = [&](const std::string& lines) {
    const auto note = crypto::SignNote("signet/clients/1\n" + lines, "log", key).value();
    ASSERT_TRUE(WriteFileAtomically(fixture_.root() / "clients.note", AsBytes(note.Text())).ok());
    server_->Pin(ClientPins::Read(fixture_.root(), {}).value());
  };
  pin(fingerprint + " " + kMail + " mail\n");
  EXPECT_TRUE(mail->IsMember("loyalty", "all", TokenOf(kMail, 5)).value());
  EXPECT_EQ(ads->IsMember("loyalty", "all", TokenOf(kAds, 5)).status().code(), StatusCode::kDenied)
      << "signed by the authority, yet not enrolled";
  pin("");
  EXPECT_EQ(mail->IsMember("loyalty", "all", TokenOf(kMail, 5)).status().code(),
            StatusCode::kDenied)
      << "revoked, on the connection that is open";
}

}  // namespace
}  // namespace signet::coordinator
