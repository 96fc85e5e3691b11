#include "coordinator/keys/reidentification.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/keys/key_desk.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class ReidentificationTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    Enrol("ada", dpo_, {{"role", "dpo"}});
    Enrol("bob", ciso_, {{"role", "security"}});
    Enrol("cid", other_dpo_, {{"role", "dpo"}});
  }
  void Enrol(const std::string& name,
             const crypto::Ed25519PrivateKey& key,
             const crypto::Labels& labels) {
    KeyDesk desk(*state_, "cli:ada");
    SecretBytes token;
    ASSERT_TRUE(desk.Invite(crypto::MemberKind::kOfficer, name, labels, 3600, token).ok());
    ASSERT_TRUE(desk.Redeem(AsText(token.ExposeSecret()), ToHex(key.PublicKey().bytes())).ok());
  }
  crypto::Ed25519PrivateKey NewKey() {
    return crypto::Ed25519PrivateKey::FromSeed(entropy_.RandomSecret(32));
  }
  ReidentifyRequest Request() {
    ReidentifyRequest request;
    request.state = state_->audit().key().Text();
    request.recipient = "email_platform";
    request.token = "0190b5c8-1111-8222-9333-444455556666";
    request.owner = "shop";
    request.source = "crm";
    request.column = "email";
    request.why = "fraud case 17";
    request.nonce = std::string(32, 'a');
    request.expires = Timestamp{clock_.Now().micros + 1'000'000};
    return request;
  }
  Status Ask(const std::string& text, const std::vector<OfficerSignature>& signatures) {
    const ReidentifyTools tools{[this](const RunSpec&, RunBinder&) -> Result<RunView> {
                                  ran_ = true;
                                  return NotFound("no row belongs to this token");
                                },
                                [] { return RunId("run-1"); },
                                [] { return OkStatus(); },
                                "cli:ada"};
    PersonalText values;
    Status status = Reidentify(*state_, text, signatures, tools, values).status();
    EXPECT_TRUE(values.empty());
    return status;
  }
  Json LastEntry() { return state_->audit().Entry(state_->audit().size() - 1).value(); }

  crypto::Ed25519PrivateKey dpo_ = NewKey();
  crypto::Ed25519PrivateKey ciso_ = NewKey();
  crypto::Ed25519PrivateKey other_dpo_ = NewKey();
  bool ran_ = false;
};

TEST_F(ReidentificationTest, TheTextOfARequestIsCanonicalAndComesBack) {
  const std::string text = Request().Text();
  EXPECT_EQ(ReidentifyRequest::FromText(text)->Text(), text);
  for (const std::string& bad : {std::string("{}"), text + " ", std::string("[]"), std::string()}) {
    EXPECT_EQ(ReidentifyRequest::FromText(bad).status().code(), StatusCode::kInvalid);
  }
  ReidentifyRequest groundless = Request();
  groundless.why = "";
  EXPECT_FALSE(ReidentifyRequest::FromText(groundless.Text()).ok());
}

TEST_F(ReidentificationTest, OneOfficerOrTwoOfOneRoleAreDeniedAndThatIsLogged) {
  const std::string text = Request().Text();
  const OfficerSignature dpo = SignReidentification(text, dpo_);
  for (const std::vector<OfficerSignature>& signatures :
       {std::vector<OfficerSignature>{},
        std::vector<OfficerSignature>{dpo},
        std::vector<OfficerSignature>{dpo, dpo},
        std::vector<OfficerSignature>{dpo, SignReidentification(text, other_dpo_)},
        std::vector<OfficerSignature>{dpo, SignReidentification(text, NewKey())}}) {
    EXPECT_EQ(Ask(text, signatures).code(), StatusCode::kDenied);
    EXPECT_EQ(LastEntry()["type"].AsString(), "access.denied");
  }
  EXPECT_FALSE(ran_) << "no worker got a key";
}

// Key confusion: a signature over something else, even by the right officer, is none.
TEST_F(ReidentificationTest, ASignatureOverAnythingElseIsDenied) {
  const std::string text = Request().Text();
  ReidentifyRequest other = Request();
  other.nonce = std::string(32, 'b');
  const OfficerSignature dpo = SignReidentification(text, dpo_);
  const OfficerSignature bare{dpo.key, dpo_.Sign(AsBytes(text))};
  const OfficerSignature ciso = SignReidentification(text, ciso_);
  EXPECT_EQ(Ask(text, {SignReidentification(other.Text(), dpo_), ciso}).code(),
            StatusCode::kDenied);
  EXPECT_EQ(Ask(text, {bare, ciso}).code(), StatusCode::kDenied) << "without its format";
  EXPECT_EQ(Ask(text, {{ciso.key, dpo.signature}, ciso}).code(), StatusCode::kDenied);
}

TEST_F(ReidentificationTest, TwoRolesReachTheWorkerAndAnExpiredOrForeignRequestDoesNot) {
  const auto both = [this](const std::string& text) {
    return std::vector<OfficerSignature>{SignReidentification(text, dpo_),
                                         SignReidentification(text, ciso_)};
  };
  ReidentifyRequest foreign = Request();
  foreign.state = "other.example/audit+00000000+AAAA";
  EXPECT_EQ(Ask(foreign.Text(), both(foreign.Text())).code(), StatusCode::kDenied);
  EXPECT_FALSE(ran_);
  const std::string text = Request().Text();
  EXPECT_EQ(Ask(text, both(text)).code(), StatusCode::kNotFound) << "what the worker said";
  EXPECT_TRUE(ran_);
  clock_.Advance(2'000'000);
  EXPECT_EQ(Ask(text, both(text)).code(), StatusCode::kDenied) << "expired";
}

TEST_F(ReidentificationTest, ARevokedOfficerSignsNothing) {
  const std::string text = Request().Text();
  ASSERT_TRUE(KeyDesk(*state_, "cli:ada").Revoke(crypto::MemberKind::kOfficer, "bob").ok());
  EXPECT_EQ(Ask(text, {SignReidentification(text, dpo_), SignReidentification(text, ciso_)}).code(),
            StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::coordinator
