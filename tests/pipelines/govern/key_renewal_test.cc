#include "pipelines/govern/key_renewal.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

std::string Hex(const SecretBytes& key) {
  return ToHex(key.ExposeSecret());
}

class KeyRenewalTest : public ::testing::Test {
 protected:
  [[nodiscard]] SubjectId Person(uint8_t n) const {
    SubjectId id;
    id.value[15] = n;
    return id;
  }
  [[nodiscard]] std::string Literal(const SubjectId& id) const {
    return "'" + UuidText(id.value) + "'::UUID";
  }
  static std::string Blob(ByteView bytes) { return "from_hex('" + ToHex(bytes) + "')"; }

  /// A keyring of persons 1 and 2.
  std::shared_ptr<const Keyring> MakeKeyring() {
    EXPECT_TRUE(sql_->Execute("CREATE OR REPLACE TABLE ring AS SELECT * FROM (VALUES (" +
                              Literal(Person(1)) + ", " + Blob(one_.ExposeSecret()) + ", " +
                              Blob(log_.ExposeSecret()) + "), (" + Literal(Person(2)) + ", " +
                              Blob(two_.ExposeSecret()) + ", " + Blob(log_.ExposeSecret()) +
                              ")) t(subject, cell_key, log_key)")
                    .ok());
    return Keyring::Load(*sql_, "ring").value();
  }

  SeededEntropy entropy_{21};
  const SecretBytes secret_ = entropy_.RandomSecret(32);
  const SecretBytes one_ = entropy_.RandomSecret(32);
  const SecretBytes two_ = entropy_.RandomSecret(32);
  const SecretBytes log_ = entropy_.RandomSecret(32);
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> sql_ = database_->Connect();
};

TEST_F(KeyRenewalTest, KeysDependOnTheSecretThePersonTheUseAndTheKeyOfBefore) {
  const KeyRenewal renewal(secret_);
  const std::string next = Hex(renewal.CellKey(Person(1), one_.ExposeSecret()));
  EXPECT_EQ(next.size(), 64U);
  EXPECT_EQ(next, Hex(KeyRenewal(secret_).CellKey(Person(1), one_.ExposeSecret())));
  EXPECT_NE(next, Hex(one_));
  EXPECT_NE(next, Hex(renewal.CellKey(Person(2), one_.ExposeSecret())));
  EXPECT_NE(next, Hex(renewal.CellKey(Person(1), two_.ExposeSecret())));
  const KeyRenewal other(entropy_.RandomSecret(32));
  EXPECT_NE(next, Hex(other.CellKey(Person(1), one_.ExposeSecret())))
      << "who has the old keyring and not the secret has nothing";
  const std::string logs = Hex(renewal.LogKeys(Person(1), one_.ExposeSecret()));
  EXPECT_EQ(logs.size(), 128U);
  EXPECT_NE(logs.substr(0, 64), next);
  EXPECT_EQ(logs.substr(64), Hex(one_)) << "older entries stay recognisable";
}

TEST_F(KeyRenewalTest, TheKeyringAndTheCellsAreRenewedApartAndFitEachOther) {
  const auto keyring = MakeKeyring();
  const auto renewal = std::make_shared<const KeyRenewal>(secret_);
  const CellSealer before(one_);
  const SecretBytes shared = entropy_.RandomSecret(32);
  const SecretBytes next_shared = entropy_.RandomSecret(32);
  CellRenewal cells;
  cells.source = "crm";
  cells.keyring = keyring;
  cells.renewal = renewal;
  cells.before = std::make_shared<const CellSealer>(shared);
  cells.next = std::make_shared<const CellSealer>(next_shared);
  const auto counts = RegisterCellRenewal(*sql_, cells, {"email", "notes"});
  ASSERT_TRUE(counts.ok()) << counts.status().ToString();
  ASSERT_TRUE(RegisterKeyringRenewal(*sql_, renewal).ok());

  const Bytes email = before.SealEscrow("crm.email", Person(1), "a@example.org");
  const Bytes notes = cells.before->SealEncrypted("crm.notes", "likes tea");
  const Bytes strange = CellSealer(two_).SealEscrow("crm.email", Person(9), "gone");
  ASSERT_TRUE(sql_->Execute("CREATE TABLE cells AS SELECT " + Literal(Person(1)) + " AS subject, " +
                            Blob(email) + " AS email, " + Blob(notes) +
                            " AS notes UNION ALL SELECT " + Literal(Person(9)) + ", " +
                            Blob(strange) + ", NULL")
                  .ok());
  ASSERT_TRUE(sql_->Execute("CREATE TABLE ring_next AS SELECT subject, "
                            "signet_next_cell_key(subject, cell_key) AS cell_key, "
                            "signet_next_log_keys(subject, log_key) AS log_key FROM ring")
                  .ok());
  const auto rows =
      sql_->Query("SELECT " + CellRenewalName(0) + "(subject, email), " + CellRenewalName(1) +
                  "(subject, notes) FROM cells ORDER BY subject");
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  query::Chunk chunk;
  ASSERT_TRUE(*(*rows)->Next(chunk));
  ASSERT_EQ(chunk.size(), 2U);
  const auto next = Keyring::Load(*sql_, "ring_next").value();
  const CellSealer now(*next->CellKey(Person(1)));
  EXPECT_EQ(*now.OpenEscrow("crm.email", Person(1), chunk.Blob(0, 0)), "a@example.org");
  EXPECT_FALSE(before.OpenEscrow("crm.email", Person(1), chunk.Blob(0, 0)).ok());
  EXPECT_EQ(*cells.next->OpenEncrypted("crm.notes", chunk.Blob(1, 0)), "likes tea");
  EXPECT_FALSE(cells.before->OpenEncrypted("crm.notes", chunk.Blob(1, 0)).ok());
  EXPECT_EQ(ToHex(chunk.Blob(0, 1)), ToHex(strange)) << "whose key is gone stays as it is";
  EXPECT_TRUE(chunk.IsNull(1, 1));
  EXPECT_EQ((*counts)->renewed.load(), 2U);
  EXPECT_EQ((*counts)->unreadable.load(), 1U);
}

}  // namespace
}  // namespace signet::pipelines
