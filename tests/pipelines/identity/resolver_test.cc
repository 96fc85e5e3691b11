#include "pipelines/identity/resolver.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

using crypto::LinkType;

std::string LinkText(uint64_t n) {
  SeededEntropy random(n);
  return UuidText(random.RandomUuid());
}

/// Views crm(link_1 id, link_2 e-mail, link_3 card) and orders(link_1 card).
class ResolverTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = query::Database::Open({});
    ASSERT_TRUE(database.ok());
    database_ = std::move(database).value();
    sql_ = database_->Connect();
  }

  /// A cell: 0 = NULL, else the link value of that number.
  void MakeTable(const std::string& name, const std::vector<std::vector<uint64_t>>& rows) {
    std::vector<std::string> columns;
    for (size_t c = 1; c <= rows[0].size(); ++c) {
      columns.push_back("link_" + std::to_string(c) + " UUID");
    }
    ASSERT_TRUE(sql_->Execute("CREATE TABLE " + name + " (" + Join(columns, ", ") + ")").ok());
    for (const auto& row : rows) {
      std::vector<std::string> cells;
      cells.reserve(row.size());
      for (const uint64_t n : row) cells.push_back(n == 0 ? "NULL" : SqlLiteral(LinkText(n)));
      ASSERT_TRUE(
          sql_->Execute("INSERT INTO " + name + " VALUES (" + Join(cells, ", ") + ")").ok());
    }
  }

  Json Run(ResolveKeys keys = {}) {
    ResolveOptions options;
    options.inputs = {
        {"crm", {{LinkType::kId, "crm"}, {LinkType::kEmail, ""}, {LinkType::kCard, ""}}},
        {"orders", {{LinkType::kCard, ""}}}};
    options.identity = round_ == 0 ? "" : "identity";
    options.keyring = round_ == 0 ? "" : "keyring";
    SystemEntropy entropy;
    auto figures =
        RunResolve(*sql_, *ResolveOptions::FromJson(options.ToJson()), keys, entropy, {});
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    return figures.ok() ? *figures : Json();
  }

  /// What the run wrote becomes the table so far.
  void NextRound() {
    ++round_;
    ASSERT_TRUE(sql_->Execute("DROP TABLE IF EXISTS identity; DROP TABLE IF EXISTS keyring;"
                              "ALTER TABLE identity_out RENAME TO identity;"
                              "ALTER TABLE keyring_out RENAME TO keyring;"
                              "DROP TABLE crm; DROP TABLE orders")
                    .ok());
  }

  int64_t Count(const std::string& what) {
    return *sql_->QueryInt64("SELECT count(*) FROM " + what);
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> sql_;
  int round_ = 0;
};

TEST_F(ResolverTest, JoinsSourcesThroughTheirLinksAndGivesEachPersonKeys) {
  MakeTable("crm", {{1, 11, 21}, {2, 12, 0}, {3, 12, 23}, {0, 0, 0}});
  MakeTable("orders", {{21}, {21}, {23}, {29}, {0}});
  const Json figures = Run();
  EXPECT_EQ(figures["rows"].AsInt(), 9);
  EXPECT_EQ(figures["links"].AsInt(), 8);
  EXPECT_EQ(figures["new_subjects"].AsInt(), 3);  // 1; 2 and 3 by their e-mail; the unknown card
  EXPECT_EQ(Count("(SELECT DISTINCT subject FROM identity_out)"), 3);
  EXPECT_EQ(Count("keyring_out WHERE octet_length(cell_key) = 32 AND octet_length(log_key) = 32"),
            3);
  EXPECT_EQ(Count("keyring_out k JOIN keyring_out l ON k.cell_key = l.log_key"), 0);
  EXPECT_EQ(*sql_->QueryText("SELECT DISTINCT type FROM identity_out WHERE type LIKE 'id%'"),
            "id:crm");
}

TEST_F(ResolverTest, SecondRunKeepsSubjectsAndKeysAndMergesIntoTheOlder) {
  MakeTable("crm", {{1, 11, 0}});
  MakeTable("orders", {{0}});
  Run();
  NextRound();
  const std::string older = *sql_->QueryText("SELECT subject::VARCHAR FROM identity LIMIT 1");
  MakeTable("crm", {{1, 11, 0}, {2, 12, 0}});
  MakeTable("orders", {{0}});
  EXPECT_EQ(Run()["new_subjects"].AsInt(), 1);
  NextRound();
  MakeTable("crm", {{2, 12, 0}, {2, 11, 0}});  // the two are one person after all
  MakeTable("orders", {{0}});
  const Json figures = Run();
  EXPECT_EQ(figures["merged"].AsInt(), 1);
  EXPECT_EQ(figures["new_subjects"].AsInt(), 0);
  EXPECT_EQ(Count("identity_out WHERE coalesce(alias_of, subject) = '" + older + "'"), 4);
  EXPECT_EQ(Count("identity_out WHERE alias_of IS NOT NULL AND subject <> '" + older + "'"), 2);
  EXPECT_EQ(Count("keyring_out"), 2);
  EXPECT_EQ(Count("keyring_out n JOIN keyring o USING (subject, cell_key, log_key)"), 2);
}

TEST_F(ResolverTest, GuestCardOfTheTillIsBlockedForGood) {
  MakeTable("crm", {{1, 0, 99}, {2, 0, 99}, {3, 0, 99}, {4, 0, 99}, {5, 15, 0}});
  MakeTable("orders", {{99}, {99}});
  const Json figures = Run();
  EXPECT_EQ(figures["blocked"]["card"].AsInt(), 1);
  EXPECT_EQ(figures["subjects"].AsInt(), 5);
  EXPECT_EQ(Count("identity_out WHERE blocked AND link = '" + LinkText(99) + "'"), 1);
  NextRound();
  MakeTable("crm", {{1, 0, 99}});
  MakeTable("orders", {{0}});
  EXPECT_EQ(Run()["blocked"]["card"].AsInt(), 1);
}

TEST_F(ResolverTest, SuppressedLinksGetNoIdentity) {
  MakeTable("crm", {{1, 11, 0}, {2, 12, 0}});
  MakeTable("orders", {{21}});
  const SecretBytes key(32);
  const SuppressionList list({crypto::SuppressionHasher(key).Of(*UuidFromText(LinkText(1)))});
  const Json figures = Run({&key, &list});
  EXPECT_EQ(figures["suppressed_links"].AsInt(), 1);
  EXPECT_EQ(figures["suppressed_rows"].AsInt(), 1);
  EXPECT_EQ(Count("identity_out"), 3);
  EXPECT_EQ(Count("identity_out WHERE link = '" + LinkText(11) + "'"), 0);
}

TEST_F(ResolverTest, SuppressionWithoutItsKeyIsDenied) {
  MakeTable("crm", {{1, 11, 0}});
  const SuppressionList list({Uuid{1}});
  ResolveOptions options;
  SystemEntropy entropy;
  EXPECT_EQ(RunResolve(*sql_, options, {nullptr, &list}, entropy, {}).status().code(),
            StatusCode::kDenied);
}

TEST_F(ResolverTest, AKeptSignalIsFoundAsSoonAsSomebodyIsKnownByItsLink) {
  SystemEntropy entropy;
  const SecretBytes key = entropy.RandomSecret(32);
  const crypto::SuppressionHasher hasher(key);
  const auto kept = [&hasher](uint64_t link, int64_t time) {
    SeededEntropy random(link);
    return KeptSignal{hasher.Of(random.RandomUuid()), time};
  };
  const std::vector<KeptSignal> signals = {kept(31, 100), kept(99, 200)};
  std::vector<FoundSignal> found;
  ResolveKeys keys;
  keys.suppression = &key;
  keys.signals = &signals;
  keys.found = &found;
  MakeTable("crm", {{11, 21, 0}, {12, 22, 32}});
  MakeTable("orders", {{32}});
  Run(keys);
  EXPECT_TRUE(found.empty()) << "nobody is known by them yet";
  NextRound();
  MakeTable("crm", {{11, 21, 31}});
  MakeTable("orders", {{31}});
  Run(keys);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].signal.time, 100);
  EXPECT_EQ(Count("identity_out WHERE subject = '" + UuidText(found[0].subject.value) +
                  "' AND link = '" + LinkText(31) + "'"),
            1);
}

}  // namespace
}  // namespace signet::pipelines
