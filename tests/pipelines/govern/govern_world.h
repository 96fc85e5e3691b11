/// A small CRM source for the tests of the room: its file, its specification, its keys.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {

inline SourceColumn MakeColumn(std::string name,
                               policies::TreatmentKind kind,
                               ColumnType type = ColumnType::kText,
                               Json options = {}) {
  SourceColumn column;
  column.name = std::move(name);
  column.type = type;
  column.category = "user.test." + column.name;
  column.treatment.kind = kind;
  column.treatment.options = std::move(options);
  column.label.categories = {column.category};
  const bool sealed =
      kind == policies::TreatmentKind::kEscrow || kind == policies::TreatmentKind::kEncrypt;
  column.label.label_class =
      sealed ? policies::LabelClass::kEscrow : policies::LabelClass::kOrdinary;
  return column;
}

inline SourceColumn MakeFact(std::string name,
                             ColumnRole role,
                             std::string purpose = {},
                             std::string as_of = {}) {
  SourceColumn column = MakeColumn(std::move(name), policies::TreatmentKind::kDrop);
  column.role = role;
  column.purpose = std::move(purpose);
  column.as_of = std::move(as_of);
  return column;
}

/// crm(customer_id, email, name, birth_date, postcode, spend, tier, country, state, ok, ok_at).
inline SourceSpec CrmSpec() {
  using policies::TreatmentKind;
  SourceSpec spec;
  spec.name = "crm";
  spec.format = *SourceFormat::FromJson(Json::Of({{"format", "csv"}}));
  spec.default_region = "FI";
  spec.links = {{"customer_id", crypto::LinkType::kId, "crm"},
                {"email", crypto::LinkType::kEmail, ""}};
  spec.columns = {
      MakeColumn("customer_id", TreatmentKind::kEscrow),
      MakeColumn("email", TreatmentKind::kEncrypt),
      MakeColumn("name", TreatmentKind::kDrop),
      MakeColumn(
          "birth_date", TreatmentKind::kGeneralise, ColumnType::kDate, Json::Of({{"band", 10}})),
      MakeColumn(
          "postcode", TreatmentKind::kGeneralise, ColumnType::kText, Json::Of({{"truncate", 2}})),
      MakeColumn("spend", TreatmentKind::kKeep, ColumnType::kDecimal),
      MakeColumn("tier", TreatmentKind::kPseudonymise),
      MakeFact("country", ColumnRole::kCountry),
      MakeFact("state", ColumnRole::kRegion),
      MakeFact("ok", ColumnRole::kConsent, "marketing.segmentation", "ok_at"),
      MakeColumn("ok_at", TreatmentKind::kDrop, ColumnType::kTimestamp)};
  spec.columns[3].role = ColumnRole::kBirthDate;
  return spec;
}

inline constexpr const char* kCrmHeader =
    "customer_id,email,name,birth_date,postcode,spend,tier,country,state,ok,ok_at\n";

/// A scratch folder with files, and a database that may read them.
class GovernWorld : public testing::Test {
 protected:
  std::string WriteSource(const std::string& name, const std::string& text) {
    std::string path = (scratch_.path() / name).string();
    EXPECT_TRUE(WriteFileAtomically(path, AsBytes(text)).ok());
    return path;
  }

  void OpenDatabase(std::vector<std::string> readable = {}) {
    sql_.reset();
    query::DatabaseOptions options;
    options.readable_paths = std::move(readable);
    auto database = query::Database::Open(options);
    ASSERT_TRUE(database.ok()) << database.status().ToString();
    database_ = std::move(database).value();
    sql_ = database_->Connect();
  }

  /// All rows as text, "a|b|c" each, in the order of the query; NULL as "-".
  std::vector<std::string> RowsOf(const std::string& select) {
    std::vector<std::string> lines;
    const auto columns = sql_->Describe(select);
    EXPECT_TRUE(columns.ok()) << columns.status().ToString();
    if (!columns.ok()) return lines;
    std::vector<std::string> items;
    for (const auto& column : *columns) {
      items.push_back("coalesce(CAST(" + SqlName(column.name) + " AS VARCHAR), '-')");
    }
    const auto rows =
        sql_->Query("SELECT " + Join(items, " || '|' || ") + " FROM (" + select + ")");
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    if (!rows.ok()) return lines;
    query::Chunk chunk;
    while (true) {
      const auto more = (*rows)->Next(chunk);
      EXPECT_TRUE(more.ok()) << more.status().ToString();
      if (!more.ok() || !*more) return lines;
      for (size_t r = 0; r < chunk.size(); ++r) lines.emplace_back(chunk.Text(0, r));
    }
  }

  void Execute(const std::string& statement) {
    const Status status = sql_->Execute(statement);
    ASSERT_TRUE(status.ok()) << status.ToString() << "\n" << statement;
  }

  testing_support::ScratchFolder scratch_;
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> sql_;
};

}  // namespace signet::pipelines
