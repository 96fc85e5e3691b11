#include "pipelines/govern/tokeniser.h"

#include "crypto/pseudonym/link_hasher.h"
#include "tests/pipelines/govern/govern_world.h"

namespace signet::pipelines {
namespace {

using policies::LabelClass;
using policies::TreatmentKind;
using testing::ElementsAre;
using testing::HasSubstr;

class TokeniserTest : public GovernWorld {
 protected:
  Result<Json> Tokenise(SourceSpec spec, const std::string& text) {
    spec.path = WriteSource("crm.csv", text);
    OpenDatabase({spec.path});
    return RunTokenise(*sql_, spec, {&key_}, {});
  }
  std::string LinkText(crypto::LinkType type, const std::string& domain, const std::string& value) {
    return UuidText(crypto::LinkHasher(key_).Link(type, domain, value));
  }

  SecretBytes key_{32};
};

TEST_F(TokeniserTest, TreatsEachColumnAsItsPolicySaysAndLeavesNoIdentifierInTheClear) {
  const auto figures =
      Tokenise(CrmSpec(),
               std::string(kCrmHeader) +
                   "C-1, Anna@Example.ORG ,Anna A,1984-05-06,00150,12.5,gold,fi,,yes,2026-01-02\n"
                   "C-2,not an e-mail,Bob B,1999-12-31,90210,-3,gold,US,ca,no,\n");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["rows"].AsInt(), 2);
  EXPECT_EQ((*figures)["unusable_links"]["email"].AsInt(), 1);
  EXPECT_THAT(RowsOf("SELECT link_1, link_2 FROM out ORDER BY spend DESC"),
              ElementsAre(LinkText(crypto::LinkType::kId, "crm", "c-1") + "|" +
                              LinkText(crypto::LinkType::kEmail, "", "anna@example.org"),
                          LinkText(crypto::LinkType::kId, "crm", "c-2") + "|-"));
  EXPECT_THAT(
      RowsOf("SELECT birth_date, postcode, spend, fact_4, fact_8, fact_9, fact_10, fact_10_at FROM "
             "out ORDER BY spend DESC"),
      ElementsAre("1980|00|12.5000|1984-05-06|FI|-|true|2026-01-02 00:00:00",
                  "1990|90|-3.0000|1999-12-31|US|CA|false|-"));
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(DISTINCT tier) FROM out"), 1);
  const auto columns = sql_->Describe("SELECT * FROM out");
  const Schema schema = *TokenisedSchema(CrmSpec());
  ASSERT_EQ(columns->size(), schema.columns.size());
  for (size_t i = 0; i < columns->size(); ++i) {
    EXPECT_EQ((*columns)[i].name, schema.columns[i].name);
    EXPECT_EQ((*columns)[i].type, schema.columns[i].type) << schema.columns[i].name;
    // Text of persons waits for its seal in a class of its own.
    if (schema.columns[i].type == ColumnType::kText) {
      EXPECT_NE(schema.columns[i].label.label_class, LabelClass::kLinks);
    }
  }
  EXPECT_EQ(schema.Find("customer_id")->label.label_class, LabelClass::kEscrow);
  EXPECT_EQ(schema.Find("email")->label.label_class, LabelClass::kEscrow);
  EXPECT_EQ(schema.Find("fact_8")->label.label_class, LabelClass::kFacts);
  EXPECT_EQ(schema.Find("name"), nullptr);
}

TEST_F(TokeniserTest, CountsUnusableRowsByColumnAndReason) {
  SourceSpec spec = CrmSpec();
  spec.quarantine_share_max = 1;
  spec.columns[0].required = true;
  const auto figures = Tokenise(spec,
                                std::string(kCrmHeader) +
                                    "C-1,,,1984-05-06,,1,,,,,\n"
                                    "C-2,,,6.5.1984,,1,,,,,\n"
                                    "C-3,,,1984-02-30,,1,,,,,\n"
                                    "C-4,,,,,1 EUR,,,,,\n"
                                    ",,,,,1,,,,,\n"
                                    "C-6,,,,,1,,,,perhaps,\n");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["rows"].AsInt(), 1);
  EXPECT_EQ((*figures)["rows_read"].AsInt(), 6);
  EXPECT_EQ(
      (*figures)["quarantined"].Dump(),
      R"({"birth_date:bad_date":2,"customer_id:missing":1,"ok:bad_bool":1,"spend:bad_decimal":1})");
  EXPECT_EQ(*sql_->QueryInt64("SELECT count(*) FROM out"), 1);
}

TEST_F(TokeniserTest, TooManyUnusableRowsFailTheRunWithoutShowingThem) {
  const auto figures = Tokenise(CrmSpec(),
                                std::string(kCrmHeader) +
                                    "C-1,,,1984-05-06,,1,,,,,\n"
                                    "C-2,,,CANARY,,1,,,,,\n");
  ASSERT_EQ(figures.status().code(), StatusCode::kInvalid);
  EXPECT_EQ(figures.status().diagnostic(), "SIG-4020");
  EXPECT_THAT(figures.status().message(), HasSubstr("1 of 2 rows"));
  EXPECT_THAT(figures.status().message(), HasSubstr("birth_date:bad_date 1"));
  EXPECT_EQ(figures.status().message().find("CANARY"), std::string::npos);
}

TEST_F(TokeniserTest, RowsEqualInTheirUniqueColumnsAreOneRowWhicheverComesFirst) {
  const std::string a = "C-1,a@x.org,,1984-05-06,,1,,,,,\n";
  const std::string b = "C-1,b@x.org,,1984-05-06,,2,,,,,\n";
  const std::string c = "C-2,c@x.org,,1984-05-06,,3,,,,,\n";
  std::vector<std::string> first;
  const std::vector<std::string> orders = {a + b + c + a, c + b + a + a, b + a + a + c};
  for (const std::string& order : orders) {
    SourceSpec spec = CrmSpec();
    spec.unique = {"customer_id"};
    const auto figures = Tokenise(spec, kCrmHeader + order);
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
    EXPECT_EQ((*figures)["duplicates"].AsInt(), 2);
    const auto rows = RowsOf("SELECT * FROM out ORDER BY ALL");
    if (first.empty()) first = rows;
    EXPECT_EQ(rows, first);
  }
}

TEST_F(TokeniserTest, ReferenceDataHaveNoLinksAndNoFacts) {
  SourceSpec spec;
  spec.name = "products";
  spec.format = *SourceFormat::FromJson(Json::Of({{"format", "csv"}}));
  spec.columns = {
      MakeColumn("sku", TreatmentKind::kKeep),
      MakeColumn("price", TreatmentKind::kGeneralise, ColumnType::kInt64, Json::Of({{"top", 90}}))};
  const auto figures = Tokenise(spec, "sku,price\nA,10\nB,200\n");
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_THAT(RowsOf("SELECT * FROM out ORDER BY sku"), ElementsAre("A|10", "B|90"));
  spec.columns[0].treatment.kind = TreatmentKind::kEscrow;
  EXPECT_EQ(spec.Check().code(), StatusCode::kInvalid);
}

TEST_F(TokeniserTest, PseudonymsMatchWithinTheirDomainOnly) {
  SourceSpec spec;
  spec.name = "t";
  spec.format = *SourceFormat::FromJson(Json::Of({{"format", "csv"}}));
  spec.columns = {
      MakeColumn("a", TreatmentKind::kPseudonymise, ColumnType::kText, Json::Of({{"domain", "x"}})),
      MakeColumn("b", TreatmentKind::kPseudonymise, ColumnType::kText, Json::Of({{"domain", "x"}})),
      MakeColumn("c", TreatmentKind::kPseudonymise)};
  ASSERT_TRUE(Tokenise(spec, "a,b,c\nsame,same,same\n").ok());
  EXPECT_THAT(RowsOf("SELECT a = b, b = c FROM out"), ElementsAre("true|false"));
}

TEST_F(TokeniserTest, WithoutTheLinkKeyIsDenied) {
  OpenDatabase();
  EXPECT_EQ(RunTokenise(*sql_, CrmSpec(), {}, {}).status().code(), StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::pipelines
