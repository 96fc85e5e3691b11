#include "pipelines/govern/gate.h"

#include <map>

#include "crypto/base/entropy.h"
#include "pipelines/govern/cell_release.h"
#include "pipelines/govern/cell_sealer.h"
#include "tests/pipelines/govern/govern_world.h"

namespace signet::pipelines {
namespace {

using policies::Fact;
using testing::ElementsAre;

/// A uuid of one's own for each number; nothing a random id would be, and never nil.
std::string U(int n) {
  SeededEntropy random(static_cast<uint64_t>(n));
  return UuidText(random.RandomUuid());
}

static_assert(!std::is_default_constructible_v<GatePass>, "only the gate has a pass");
static_assert(!std::is_constructible_v<GovernedDataset, std::string, Schema, Json>,
              "a governed dataset needs the gate's pass");

class GateTest : public GovernWorld {
 protected:
  void SetUp() override {
    OpenDatabase();
    Execute(
        "CREATE TABLE tokenised (link_1 UUID, link_2 UUID, customer_id VARCHAR, email VARCHAR, "
        "birth_date BIGINT, postcode VARCHAR, spend DECIMAL(18,4), tier UUID, fact_4 DATE, "
        "fact_8 VARCHAR, fact_9 VARCHAR, fact_10 BOOLEAN, fact_10_at TIMESTAMP)");
    Execute(
        "CREATE TABLE identity (link UUID, type VARCHAR, subject UUID, alias_of UUID, blocked "
        "BOOLEAN, seen BIGINT)");
    Execute("CREATE TABLE keyring (subject UUID, cell_key BLOB, log_key BLOB)");
    // Person 100 (link 1, e-mail 2), person 101 = alias of 100 (link 3), person 102 (link 4),
    // link 9 is blocked.
    Execute("INSERT INTO identity VALUES ('" + U(1) + "', 'id', '" + U(100) +
            "', NULL, false, 1), ('" + U(2) + "', 'email', '" + U(100) + "', NULL, false, 1), ('" +
            U(3) + "', 'id', '" + U(101) + "', '" + U(100) + "', false, 2), ('" + U(4) +
            "', 'id', '" + U(102) + "', NULL, false, 2), ('" + U(9) +
            "', 'card', '00000000-0000-0000-0000-000000000000', NULL, "
            "true, 0)");
    for (const int person : {100, 101, 102}) {
      Execute("INSERT INTO keyring VALUES ('" + U(person) + "', '" + std::string(31, 'k') +
              std::to_string(person % 10) + "'::BLOB, '" + std::string(32, 'l') + "'::BLOB)");
    }
  }

  void AddRow(const std::string& link_1,
              const std::string& link_2,
              const std::string& spend,
              const std::string& rest = "NULL, NULL, NULL, NULL, NULL") {
    const auto quote = [](const std::string& uuid) {
      return uuid.empty() ? std::string("NULL") : "'" + uuid + "'";
    };
    Execute("INSERT INTO tokenised VALUES (" + quote(link_1) + ", " + quote(link_2) +
            ", 'C-CANARY', 'canary@example.org', 1980, '00', " + spend + ", NULL, " + rest + ")");
  }

  Result<GovernedDataset> Run(int partitions = 1) {
    GateSpec spec;
    spec.source = CrmSpec();
    spec.cell_key = &cell_key_;
    spec.jurisdictions = *JurisdictionTable::FromJson(*Json::Parse(
        R"({"places": {"FI": "eu", "FI/*": "eu", "US/CA": "california"}, "minor_ages": {"eu": 16, "california": 16, "": 18}})"));
    StageContext context;
    context.as_of = *TimestampFromText("2026-06-01");
    context.partitions = partitions;
    return RunGate(*sql_, spec, context, [&](int partition, std::vector<Fact> facts) {
      EXPECT_TRUE(facts_.emplace(partition, facts).second) << "a partition twice";
      return OkStatus();
    });
  }

  SecretBytes cell_key_{32};
  std::map<int, std::vector<Fact>> facts_;
};

TEST_F(GateTest, RowsGetTheirPersonAndTheOthersAreCountedByReason) {
  AddRow(U(1), U(2), "1");
  AddRow(U(3), "", "2");     // an alias: the same person
  AddRow(U(9), U(4), "3");   // the first link is blocked, the second counts
  AddRow(U(9), "", "4");     // blocked only
  AddRow("", "", "5");       // no identifier
  AddRow(U(1), U(77), "6");  // a link that the resolver dropped: suppressed
  const auto governed = Run();
  ASSERT_TRUE(governed.ok()) << governed.status().ToString();
  EXPECT_THAT(RowsOf("SELECT subject, spend FROM out ORDER BY spend"),
              ElementsAre(U(100) + "|1.0000", U(100) + "|2.0000", U(102) + "|3.0000"));
  const Json& figures = governed->figures();
  EXPECT_EQ(figures["rows_in"].AsInt(), 6);
  EXPECT_EQ(figures["rows"].AsInt(), 3);
  EXPECT_EQ(figures["suppressed"].AsInt(), 1);
  EXPECT_EQ(figures["blocked"].AsInt(), 1);
  EXPECT_EQ(figures["unidentified"].AsInt(), 1);
  const auto columns = sql_->Describe("SELECT * FROM out");
  ASSERT_EQ(columns->size(), governed->schema().columns.size() + 1);
  for (size_t i = 0; i < governed->schema().columns.size(); ++i) {
    EXPECT_EQ((*columns)[i].name, governed->schema().columns[i].name);
    EXPECT_EQ((*columns)[i].type, governed->schema().columns[i].type);
  }
  EXPECT_EQ(columns->back().name, kPartitionColumn);
}

TEST_F(GateTest, ARepeatedCellIsTheSameAndEachIsItsOwnSubjects) {
  for (int i = 0; i < 3000; ++i) {  // persons alternate, over more than one chunk
    AddRow(U(i % 2 == 0 ? 1 : 4), "", "1");
    if (i % 1000 == 999) AddRow(U(3), "", "1");
  }
  Execute("UPDATE tokenised SET customer_id = 'C-other' WHERE rowid % 5 = 0");
  ASSERT_TRUE(Run(4).ok());
  // Two texts of two persons, each in many rows.
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(DISTINCT customer_id) FROM out"), 4);
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(*) FROM (SELECT customer_id FROM out GROUP BY "
                              "customer_id HAVING count(DISTINCT subject) > 1)"),
            0);
  ReleaseSpec release{"crm", "customer_id", "out", "keyring", "", "email_platform", "rule"};
  ASSERT_TRUE(ReleaseCells(*sql_, release, "released").ok());
  EXPECT_THAT(
      RowsOf("SELECT subject, value FROM released ORDER BY ALL"),
      testing::UnorderedElementsAre(
          U(100) + "|C-CANARY", U(100) + "|C-other", U(102) + "|C-CANARY", U(102) + "|C-other"));
}

TEST_F(GateTest, CellsAreSealedUnderTheSubjectAndReleasedOnlyByARule) {
  AddRow(U(1), "", "1");
  AddRow(U(4), "", "2");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(*) FROM out WHERE CAST(customer_id AS VARCHAR) LIKE "
                              "'%CANARY%' OR CAST(email AS VARCHAR) LIKE '%canary%'"),
            0);
  // The same text of two persons looks different; under the dataset's key it looks the same.
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(DISTINCT customer_id) FROM out"), 2);
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(DISTINCT email) FROM out"), 1);
  ReleaseSpec release{"crm", "customer_id", "out", "keyring", "", "email_platform", ""};
  EXPECT_EQ(ReleaseCells(*sql_, release, "released").status().code(), StatusCode::kDenied);
  release.rule = "organisation.yaml:12 recipients.email_platform.release";
  const auto figures = ReleaseCells(*sql_, release, "released");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["released"].AsInt(), 2);
  EXPECT_EQ(RowsOf("SELECT value FROM released"),
            (std::vector<std::string>{"C-CANARY", "C-CANARY"}));
  // An erased person's key is gone: the cell is, too.
  Execute("DELETE FROM keyring WHERE subject = '" + U(102) + "'");
  const auto later = ReleaseCells(*sql_, release, "released_later");
  ASSERT_TRUE(later.ok());
  EXPECT_EQ((*later)["released"].AsInt(), 1);
  EXPECT_EQ((*later)["unreadable"].AsInt(), 1);
  // A cell of another column does not open in this one's place.
  Execute("CREATE VIEW swapped AS SELECT subject, customer_id AS tax_id FROM out");
  release.column = "tax_id";
  release.view = "swapped";
  EXPECT_EQ(ReleaseCells(*sql_, release, "released_swapped").status().code(), StatusCode::kCorrupt);
}

TEST_F(GateTest, FactsSayConsentWithItsTimeJurisdictionAndMinors) {
  AddRow(U(1),
         "",
         "1",
         "DATE '2012-06-02', 'FI', NULL, true, TIMESTAMP '2026-01-02 00:00:00'");  // 13 years
  AddRow(U(4), "", "2", "DATE '1980-01-01', 'US', 'CA', false, NULL");
  ASSERT_TRUE(Run().ok());
  ASSERT_EQ(facts_.size(), 1U);
  std::map<std::string, std::string> said;
  for (const Fact& fact : facts_[0]) {
    EXPECT_TRUE(policies::ValidateFact(fact).ok());
    said[UuidText(fact.subject.value) + " " + std::to_string(fact.kind) + fact.purpose] =
        fact.value + " " + std::to_string(fact.time_micros) + " " + fact.source;
  }
  const int64_t day = TimestampFromText("2026-01-02")->micros;
  EXPECT_EQ(said,
            (std::map<std::string, std::string>{
                {U(100) + " 1marketing.segmentation", "given " + std::to_string(day) + " crm.ok"},
                {U(100) + " 2", "eu 0 crm.country"},
                {U(100) + " 3", "true 0 crm.birth_date"},
                {U(102) + " 1marketing.segmentation", "withdrawn 0 crm.ok"},
                {U(102) + " 2", "california 0 crm.country"},
                {U(102) + " 3", "false 0 crm.birth_date"}}));
}

TEST_F(GateTest, SubjectsOfWhomNothingIsSaidAreSeenAndPartitionsAgreeWithTheirFacts) {
  AddRow(U(1), "", "1");
  AddRow(U(1), "", "2");
  AddRow(U(4), "", "3");
  const auto governed = Run(/*partitions=*/8);
  ASSERT_TRUE(governed.ok());
  EXPECT_EQ(governed->figures()["facts"].AsInt(), 2);
  for (const auto& [partition, facts] : facts_) {
    for (const Fact& fact : facts) {
      EXPECT_EQ(fact.kind, Fact::kSeen);
      EXPECT_EQ(PartitionOf(fact.subject, 8), static_cast<uint32_t>(partition));
      EXPECT_GT(*sql_->QueryInt64("SELECT count(*) FROM out WHERE signet_partition = " +
                                  std::to_string(partition) + " AND subject = '" +
                                  UuidText(fact.subject.value) + "'"),
                0);
    }
  }
}

TEST_F(GateTest, SameRowsGiveTheSameCellsAgain) {
  AddRow(U(1), "", "1");
  ASSERT_TRUE(Run().ok());
  const auto first = RowsOf("SELECT * FROM out");
  const std::string email = *sql_->QueryText("SELECT hex(email) FROM out");
  CellSealer sealer(cell_key_);
  EXPECT_EQ(Join(Split(ToHex(sealer.SealEncrypted("crm.email", "canary@example.org")), ' '), ""),
            [&] {
              std::string lower = email;
              for (char& c : lower) c = static_cast<char>(std::tolower(c));
              return lower;
            }());
}

TEST_F(GateTest, WithoutTheCellKeyIsDenied) {
  cell_key_ = SecretBytes();
  GateSpec spec;
  spec.source = CrmSpec();
  EXPECT_EQ(RunGate(*sql_, spec, {}, {}).status().code(), StatusCode::kDenied);
}

TEST(AgeInYears, CountsBirthdays) {
  const auto day = [](const char* text) {
    return TimestampFromText(text)->micros / 86'400'000'000;
  };
  EXPECT_EQ(AgeInYears(day("2010-06-02"), day("2026-06-01")), 15);
  EXPECT_EQ(AgeInYears(day("2010-06-01"), day("2026-06-01")), 16);
  EXPECT_EQ(AgeInYears(day("2008-02-29"), day("2026-02-28")), 17);
  EXPECT_EQ(AgeInYears(day("2008-02-29"), day("2026-03-01")), 18);
  EXPECT_LT(AgeInYears(day("2027-01-01"), day("2026-06-01")), 0);
}

}  // namespace
}  // namespace signet::pipelines
