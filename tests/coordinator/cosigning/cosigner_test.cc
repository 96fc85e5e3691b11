#include "coordinator/cosigning/cosigner.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/witness/witness_command.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::coordinator {
namespace {

using crypto::AuditLog;
using crypto::KeyType;
using crypto::VerifierKey;

std::string WitnessLine(const std::string& name, const std::string& key) {
  return "witness " + name + " " + key + " http://" + name + "\n";
}

/// Witnesses in this process, reached by their URLs; some may be down.
class CosignerTest : public crypto::AuditWorld {
 protected:
  struct Party {
    std::unique_ptr<crypto::FolderWitnessStore> store;
    std::unique_ptr<crypto::Witness> witness;
    bool down = false;
  };

  void SetUp() override {
    for (const uint8_t fill : {uint8_t{11}, uint8_t{12}, uint8_t{13}}) {
      const std::string name = "w" + std::to_string(fill) + ".example";
      Party& party = parties_["http://" + name + "/add-checkpoint"];
      party.store = std::make_unique<crypto::FolderWitnessStore>(scratch_.path() / name);
      party.witness =
          crypto::Witness::Create(name,
                                  Key(fill),
                                  {*VerifierKey::Create("signet.test/audit", Key().PublicKey())},
                                  *party.store,
                                  clock_)
              .value();
      policy_text_ += WitnessLine(name, party.witness->key().Text());
    }
    policy_text_ = "log " + VerifierKey::Create("signet.test/audit", Key().PublicKey())->Text() +
                   "\n" + policy_text_ +
                   "group two 2 w11.example w12.example w13.example\nquorum two\n";
    policy_ = std::make_unique<crypto::LogPolicy>(*crypto::LogPolicy::FromText(policy_text_));
  }

  Result<std::unique_ptr<AuditLog>> OpenLog() {
    return AuditLog::Open(
        *store_, Key(), "signet.test/audit", clock_, remembered_, scratch_.path() / "evidence");
  }

  Result<Cosigning> Cosign(AuditLog& log) {
    Cosigner cosigner(
        log,
        *store_,
        *policy_,
        [this](const std::string& url, const std::string& body) -> Result<HttpAnswer> {
          Party& party = parties_[url];
          if (party.down) return Unavailable("nobody answers");
          return AnswerWitness(*party.witness, {"POST", "/add-checkpoint", {}, {}, body});
        });
    return cosigner.Cosign();
  }

  std::map<std::string, Party> parties_;
  std::string policy_text_;
  std::unique_ptr<crypto::LogPolicy> policy_;
};

TEST_F(CosignerTest, AQuorumOfWitnessesCosignsAGrowingLog) {
  auto log = OpenLog();
  for (const uint64_t more : {1U, 5U, 300U, 0U}) {
    SCOPED_TRACE(more);
    Fill(**log, more, 10);
    const auto cosigned = Cosign(**log);
    ASSERT_TRUE(cosigned.ok()) << cosigned.status().ToString();
    EXPECT_EQ(cosigned->cosigned.size(), 3U);
    EXPECT_TRUE(cosigned->quorum.ok());
    const auto opened = policy_->Open(cosigned->checkpoint);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    EXPECT_EQ(opened->size, (*log)->size());
  }
}

TEST_F(CosignerTest, OneWitnessMayBeDownAndCatchesUpLater) {
  auto log = OpenLog();
  Fill(**log, 3, 1);
  parties_["http://w12.example/add-checkpoint"].down = true;
  const auto two = Cosign(**log);
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(two->failed.size(), 1U);
  EXPECT_TRUE(two->quorum.ok());
  parties_["http://w13.example/add-checkpoint"].down = true;
  Fill(**log, 3, 1);
  const auto one = Cosign(**log);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->quorum.code(), StatusCode::kDenied);
  for (auto& party : parties_) party.second.down = false;
  const auto all = Cosign(**log);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->cosigned.size(), 3U);
}

TEST_F(CosignerTest, AStoreThatForgotTheLastSizeAsksAgainWithTheWitnesss) {
  auto log = OpenLog();
  Fill(**log, 4, 1);
  ASSERT_TRUE(Cosign(**log).ok());
  crypto::WriteBatch forget;
  ASSERT_TRUE(store_
                  ->Scan("audit/witness/",
                         [&forget](std::string_view key, ByteView) {
                           forget.Delete(std::string(key));
                           return OkStatus();
                         })
                  .ok());
  ASSERT_EQ(forget.size(), 3U);
  ASSERT_TRUE(store_->Write(forget, crypto::Durability::kSync).ok());
  Fill(**log, 4, 1);
  EXPECT_EQ(Cosign(**log)->cosigned.size(), 3U);
}

TEST_F(CosignerTest, ARestoredOlderFolderIsKnownByTheWitness) {
  {
    auto log = OpenLog();
    Fill(**log, 10, 1);
    ASSERT_TRUE(Cosign(**log).ok());
  }
  // Both the store and the file with the remembered checkpoint were restored.
  store_ = crypto::NewMemoryStore();
  std::filesystem::remove(remembered_);
  auto log = OpenLog();
  ASSERT_TRUE(log.ok()) << "the state alone cannot know";
  Fill(**log, 7, 1);
  const auto refused = Cosign(**log);
  EXPECT_EQ(refused.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(refused.status().message().find("rolled back"), std::string::npos);
  EXPECT_NE(refused.status().remedy().find("evidence"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(scratch_.path() / "evidence"));
}

TEST_F(CosignerTest, AForkIsKnownByTheWitness) {
  {
    auto log = OpenLog();
    Fill(**log, 10, 1);
    ASSERT_TRUE(Cosign(**log).ok());
  }
  store_ = crypto::NewMemoryStore();
  std::filesystem::remove(remembered_);
  clock_.JumpWall(Timestamp{1'800'000'000'000'000});  // other entries
  auto log = OpenLog();
  Fill(**log, 10, 1);
  const auto same_size = Cosign(**log);
  EXPECT_EQ(same_size.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(same_size.status().message().find("fork"), std::string::npos);
  Fill(**log, 5, 1);
  EXPECT_EQ(Cosign(**log).status().code(), StatusCode::kCorrupt) << "and a longer fork too";
}

TEST_F(CosignerTest, AnAnswerThatIsNoCosignatureCountsForNothing) {
  auto log = OpenLog();
  Fill(**log, 3, 1);
  for (const HttpAnswer& answer : {HttpAnswer{200, "", "hello\n", {}},
                                   HttpAnswer{200, "", "", {}},
                                   HttpAnswer{500, "", "\x1B[2J\n", {}},
                                   HttpAnswer{409, "", "many\n", {}}}) {
    Cosigner cosigner(**log, *store_, *policy_, [&](const std::string&, const std::string&) {
      return Result<HttpAnswer>(answer);
    });
    const auto cosigned = cosigner.Cosign();
    ASSERT_TRUE(cosigned.ok()) << cosigned.status().ToString();
    EXPECT_TRUE(cosigned->cosigned.empty());
    EXPECT_EQ(cosigned->failed.size(), 3U);
    EXPECT_EQ(cosigned->failed[0].find('\x1B'), std::string::npos);
  }
}

}  // namespace
}  // namespace signet::coordinator
