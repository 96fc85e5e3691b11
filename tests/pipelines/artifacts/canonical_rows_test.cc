#include "pipelines/artifacts/canonical_rows.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/secret.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class CanonicalRowsTest : public ::testing::Test {
 protected:
  std::string Hex(const std::string& select) {
    const auto rows = connection_->Query(select).value();
    query::Chunk chunk;
    CHECK(rows->Next(chunk).value());
    Bytes out;
    CanonicalRow(chunk, 0, out);
    return ToHex(out);
  }
  std::string Digest(const std::string& select) {
    const auto rows = connection_->Query(select).value();
    const crypto::HmacKey key(SecretBytes::CopyOf(ToBytes("digest key")));
    query::Chunk chunk;
    Bytes scratch;
    MultisetDigest digest;
    while (rows->Next(chunk).value()) DigestRows(chunk, key, scratch, digest);
    return digest.Hex();
  }
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> connection_ = database_->Connect();
};

TEST_F(CanonicalRowsTest, AreTheBytesThatTheHeaderDraws) {
  EXPECT_EQ(Hex("SELECT NULL::BIGINT"), "00");
  EXPECT_EQ(Hex("SELECT 258::BIGINT"), "010000000000000102");
  EXPECT_EQ(Hex("SELECT (-1)::BIGINT"), "01ffffffffffffffff");
  EXPECT_EQ(Hex("SELECT true"), "010000000000000001");
  EXPECT_EQ(Hex("SELECT 1.5::DECIMAL(18,4)"), "010000000000003a98");
  EXPECT_EQ(Hex("SELECT DATE '1970-01-02'"), "010000000000000001");
  EXPECT_EQ(Hex("SELECT 1.0::DOUBLE"), "023ff0000000000000");
  EXPECT_EQ(Hex("SELECT '-0.0'::DOUBLE"), "020000000000000000");
  EXPECT_EQ(Hex("SELECT 'nan'::DOUBLE"), "027ff8000000000000");
  EXPECT_EQ(Hex("SELECT '00112233-4455-6677-8899-aabbccddeeff'::UUID"),
            "0300112233445566778899aabbccddeeff");
  EXPECT_EQ(Hex("SELECT 'ab', ''"),
            "0400000002"
            "6162"
            "0400000000");
}

TEST_F(CanonicalRowsTest, TheDigestDoesNotDependOnOrder) {
  EXPECT_EQ(Digest("SELECT range, range::VARCHAR FROM range(5000) ORDER BY range"),
            Digest("SELECT range, range::VARCHAR FROM range(5000) ORDER BY range DESC"));
}

TEST_F(CanonicalRowsTest, OneChangedCellChangesTheDigest) {
  EXPECT_NE(Digest("SELECT range AS x FROM range(5000)"),
            Digest("SELECT CASE WHEN range = 4321 THEN 0 ELSE range END AS x FROM range(5000)"));
  EXPECT_NE(Digest("SELECT 'ab', 'c'"), Digest("SELECT 'a', 'bc'"));
  EXPECT_NE(Digest("SELECT NULL::VARCHAR"), Digest("SELECT ''"));
}

}  // namespace
}  // namespace signet::pipelines
