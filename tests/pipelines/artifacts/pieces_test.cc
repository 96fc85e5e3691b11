#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/base/text.h"
#include "pipelines/artifacts/dataset_reader.h"
#include "pipelines/artifacts/piece_writer.h"
#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using policies::LabelClass;

/// Counts which blobs are fetched.
class CountingStore final : public BlobStore {
 public:
  explicit CountingStore(BlobStore& inner) : inner_(inner) {}
  Status Put(const std::string& digest, ByteView bytes) override {
    return inner_.Put(digest, bytes);
  }
  Result<Bytes> Get(const std::string& digest) override {
    fetched.insert(digest);
    return inner_.Get(digest);
  }
  Status Sync() override { return inner_.Sync(); }
  Status Delete(const std::string& digest) override { return inner_.Delete(digest); }
  std::set<std::string> fetched;

 private:
  BlobStore& inner_;
};

class PiecesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        connection_
            ->Execute("CREATE TABLE rows AS SELECT md5(range::VARCHAR)::UUID AS subject, "
                      "range AS n, (range * 1.25)::DECIMAL(18,4) AS amount, "
                      "TIMESTAMP '2026-01-01' + to_days((range % 100)::INTEGER) AS at, "
                      "CASE WHEN range % 7 = 0 THEN NULL ELSE 'canary-' || range END AS note "
                      "FROM range(10000)")
            .ok());
    schema_.columns = {{"subject", ColumnType::kUuid, {}},
                       {"n", ColumnType::kInt64, {}},
                       {"amount", ColumnType::kDecimal, {}},
                       {"at", ColumnType::kTimestamp, {}},
                       {"note", ColumnType::kText, {}}};
    schema_.columns[4].label.label_class = LabelClass::kSensitive;
    for (const LabelClass c : {LabelClass::kOrdinary, LabelClass::kSensitive}) {
      keys_.emplace(std::string(policies::LabelClassName(c)), entropy_.RandomSecret(32));
    }
  }

  std::map<LabelClass, LeasedDek> Deks() {
    std::map<LabelClass, LeasedDek> deks;
    for (const LabelClass c : {LabelClass::kOrdinary, LabelClass::kSensitive}) {
      const std::string name(policies::LabelClassName(c));
      deks[c] = {DekId(name), &keys_.at(name)};
    }
    return deks;
  }
  WriteRequest Request() {
    WriteRequest request;
    request.dataset = "orders";
    request.kind = DatasetKind::kGoverned;
    request.schema = schema_;
    request.producer = "run/gate/0";
    request.deks = Deks();
    return request;
  }
  Partitioning Partitions(int count, const std::string& column) {
    return {count, [this](int) { return Result(Deks()); }, column};
  }
  DekLookup Lookup() {
    return [this](const DekId& id) -> Result<const SecretBytes*> {
      const auto found = keys_.find(id.text());
      if (found == keys_.end()) return Denied("not leased");
      return &found->second;
    };
  }
  Piece Write() {
    return WritePiece(*connection_, "rows", Request(), digest_key_, store_, entropy_).value();
  }
  Status Open(const Schema& schema,
              const std::vector<Piece>& pieces,
              const RowLimits& limits = {}) {
    DatasetReader reader(counting_);
    (void)connection_->Execute("DROP VIEW IF EXISTS v");
    return reader.OpenView(*connection_, "v", schema, pieces, Lookup(), limits);
  }
  int64_t Count(const std::string& where) {
    return connection_->QueryInt64("SELECT count(*) FROM " + where).value();
  }

  testing_support::ScratchFolder scratch_;
  FileBlobStore store_{scratch_.path()};
  CountingStore counting_{store_};
  SeededEntropy entropy_{7};
  std::map<std::string, SecretBytes> keys_;
  crypto::HmacKey digest_key_{SecretBytes::CopyOf(ToBytes("digest"))};
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> connection_ = database_->Connect();
  Schema schema_;
};

TEST_F(PiecesTest, AViewShowsWhatWasWrittenInTheSameOrder) {
  const Piece piece = Write();
  EXPECT_EQ(piece.rows, 10000U);
  EXPECT_EQ(piece.streams.size(), 2U);
  ASSERT_TRUE(Open(schema_, {piece}).ok());
  EXPECT_EQ(Count("(SELECT * FROM v EXCEPT ALL SELECT * FROM rows)"), 0);
  EXPECT_EQ(Count("(SELECT * FROM rows EXCEPT ALL SELECT * FROM v)"), 0);
  EXPECT_EQ(Count("v POSITIONAL JOIN (SELECT n AS m FROM rows) WHERE n <> m"), 0);
}

TEST_F(PiecesTest, StreamsWithoutANeededColumnAreNotEvenFetched) {
  const Piece piece = Write();
  keys_.erase("sensitive");
  ASSERT_TRUE(Open(schema_.Select({"n", "amount"}).value(), {piece}).ok());
  EXPECT_EQ(Count("v"), 10000);
  EXPECT_EQ(counting_.fetched.size(), 1U);
  EXPECT_FALSE(connection_->Query("SELECT note FROM v").ok());
}

TEST_F(PiecesTest, AColumnWithoutALeasedKeyIsDenied) {
  const Piece piece = Write();
  WriteRequest request = Request();
  keys_.erase("sensitive");
  EXPECT_EQ(Open(schema_, {piece}).code(), StatusCode::kDenied);
  request.deks.erase(LabelClass::kSensitive);
  EXPECT_EQ(
      WritePiece(*connection_, "rows", request, digest_key_, store_, entropy_).status().code(),
      StatusCode::kDenied);
}

TEST_F(PiecesTest, OnlyAllowedSubjectsAreThere) {
  const Piece piece = Write();
  std::vector<SubjectId> some;
  const auto rows = connection_->Query("SELECT subject FROM rows WHERE n < 30").value();
  query::Chunk chunk;
  while (rows->Next(chunk).value()) {
    for (size_t r = 0; r < chunk.size(); ++r) some.push_back(SubjectId{chunk.GetUuid(0, r)});
  }
  RowLimits limits;
  limits.allowed = std::span<const SubjectId>(some);
  // The subject decides although it is not among the columns of the view.
  ASSERT_TRUE(Open(schema_.Select({"n"}).value(), {piece}, limits).ok());
  EXPECT_EQ(Count("v"), 30);
  EXPECT_EQ(Count("v WHERE n >= 30"), 0);
}

TEST_F(PiecesTest, AnEmptyListOfAllowedSubjectsShowsNobody) {
  const Piece piece = Write();
  RowLimits limits;
  limits.allowed = std::span<const SubjectId>();
  ASSERT_TRUE(Open(schema_, {piece}, limits).ok());
  EXPECT_EQ(Count("v"), 0);
}

TEST_F(PiecesTest, ExcludedSubjectsAreAbsentAndRowsWithoutSubjectStay) {
  ASSERT_TRUE(connection_->Execute("UPDATE rows SET subject = NULL WHERE n = 9999").ok());
  const Piece piece = Write();
  const auto rows = connection_->Query("SELECT subject FROM rows WHERE n = 5").value();
  query::Chunk chunk;
  ASSERT_TRUE(rows->Next(chunk).value());
  const std::vector<SubjectId> gone = {SubjectId{chunk.GetUuid(0, 0)}};
  RowLimits limits;
  limits.excluded = gone;
  ASSERT_TRUE(Open(schema_, {piece}, limits).ok());
  EXPECT_EQ(Count("v"), 9999);
  EXPECT_EQ(Count("v WHERE n = 5"), 0);
}

TEST_F(PiecesTest, RowsAtOrAfterTheCutOffAreAbsentEvenWithoutTheTimeColumn) {
  const Piece piece = Write();
  RowLimits limits;
  limits.row_filter = "\"at\" < TIMESTAMP '2026-01-11'";
  limits.filter_columns = {"at"};
  ASSERT_TRUE(Open(schema_.Select({"n"}).value(), {piece}, limits).ok());
  EXPECT_EQ(Count("v"), 1000);
}

TEST_F(PiecesTest, NoPiecesAreAnEmptyViewWithItsTypes) {
  ASSERT_TRUE(Open(schema_, {}).ok());
  EXPECT_EQ(Count("v"), 0);
  EXPECT_EQ(connection_->Describe("SELECT * FROM v").value()[2].type, ColumnType::kDecimal);
}

TEST_F(PiecesTest, TheContentDigestIgnoresOrderPartitionsAndKeys) {
  const Piece whole = Write();
  const Piece sorted = WritePiece(*connection_,
                                  "SELECT * FROM rows ORDER BY amount DESC",
                                  Request(),
                                  digest_key_,
                                  store_,
                                  entropy_)
                           .value();
  EXPECT_EQ(whole.content, sorted.content);
  EXPECT_NE(whole.streams[0].blob_digest, sorted.streams[0].blob_digest);
  const auto pieces =
      WritePartitioned(
          *connection_, "rows", Partitions(8, ""), Request(), {digest_key_, store_, entropy_})
          .value();
  EXPECT_EQ(pieces.size(), 8U);
  EXPECT_EQ(ContentOf(pieces).value().Hex(), whole.content);
  ASSERT_TRUE(connection_->Execute("UPDATE rows SET n = n + 1 WHERE n = 77").ok());
  EXPECT_NE(Write().content, whole.content);
}

TEST_F(PiecesTest, PartitionsHoldTheirSubjectsAndEmptyOnesAreSkipped) {
  ASSERT_TRUE(connection_->Execute("ALTER TABLE rows ADD COLUMN p INTEGER").ok());
  ASSERT_TRUE(
      connection_->Execute("UPDATE rows SET p = CASE WHEN n % 2 = 0 THEN 1 ELSE 3 END").ok());
  const auto pieces =
      WritePartitioned(
          *connection_, "rows", Partitions(4, "p"), Request(), {digest_key_, store_, entropy_})
          .value();
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].partition, 1);
  ASSERT_TRUE(Open(schema_, {pieces[0]}).ok());
  EXPECT_EQ(Count("v"), 5000);
  EXPECT_EQ(Count("v WHERE n % 2 = 1"), 0);
  ASSERT_TRUE(Open(schema_, pieces).ok());
  EXPECT_EQ(Count("v"), 10000);
}

TEST_F(PiecesTest, ARowOfNoPartitionIsRefused) {
  ASSERT_TRUE(connection_->Execute("UPDATE rows SET subject = NULL WHERE n = 5").ok());
  EXPECT_EQ(WritePartitioned(
                *connection_, "rows", Partitions(4, ""), Request(), {digest_key_, store_, entropy_})
                .status()
                .code(),
            StatusCode::kInvalid);
}

TEST_F(PiecesTest, WhatWasSwappedOrChangedIsCorrupt) {
  const Piece piece = Write();
  const auto corrupt = [this](const Piece& changed) {
    const Status status = Open(schema_, {changed});
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << status.ToString();
    EXPECT_FALSE(connection_->Query("SELECT * FROM v").ok());
  };
  Piece other = piece;
  other.partition = 2;
  corrupt(other);
  other = piece;
  other.kind = DatasetKind::kFeatures;
  corrupt(other);
  other = piece;
  other.dataset = "customers";
  corrupt(other);
  other = piece;
  other.rows = 9999;
  corrupt(other);
  other = piece;
  std::swap(other.streams[0].blob_digest, other.streams[1].blob_digest);
  corrupt(other);
  other = piece;
  other.streams[0].columns = {"subject", "amount", "n", "at"};
  corrupt(other);
  other = piece;
  other.streams[1].label_class = LabelClass::kOrdinary;
  corrupt(other);
  other = piece;
  other.streams.pop_back();
  corrupt(other);
  keys_.at("ordinary") = entropy_.RandomSecret(32);
  corrupt(piece);
}

TEST_F(PiecesTest, OfSeveralPiecesEachMustHaveItsNumberOfRows) {
  const Piece piece = Write();
  Piece other = Write();
  EXPECT_TRUE(Open(schema_, {piece, other}).ok());
  other.rows = 9999;
  for (const std::vector<Piece>& pieces : {std::vector<Piece>{piece, other}, {other, piece}}) {
    const Status status = Open(schema_, pieces);
    EXPECT_EQ(status.code(), StatusCode::kCorrupt);
    EXPECT_NE(status.message().find("another number of rows"), std::string::npos);
  }
}

TEST_F(PiecesTest, AColumnOfAnotherTypeThanTheSchemaSaysIsCorrupt) {
  const Piece piece = Write();
  schema_.columns[1].type = ColumnType::kText;
  EXPECT_EQ(Open(schema_, {piece}).code(), StatusCode::kCorrupt);
}

TEST_F(PiecesTest, WritesOnlyTypesItsSchemaNames) {
  WriteRequest request = Request();
  request.schema.columns[1].type = ColumnType::kDouble;
  EXPECT_EQ(
      WritePiece(*connection_, "rows", request, digest_key_, store_, entropy_).status().code(),
      StatusCode::kInvalid);
  request.schema.columns[1].name = "absent";
  EXPECT_EQ(
      WritePiece(*connection_, "rows", request, digest_key_, store_, entropy_).status().code(),
      StatusCode::kInvalid);
}

TEST_F(PiecesTest, WiderNumbersOfSqlAreWrittenAsTheSchemasType) {
  WriteRequest request = Request();
  request.schema.columns = {{"n", ColumnType::kInt64, {}},
                            {"amount", ColumnType::kDecimal, {}},
                            {"at", ColumnType::kTimestamp, {}}};
  const Piece piece =
      WritePiece(
          *connection_,
          "SELECT sum(n) AS n, sum(amount) AS amount, max(\"at\")::TIMESTAMPTZ AS \"at\" FROM "
          "rows",
          request,
          digest_key_,
          store_,
          entropy_)
          .value();
  ASSERT_TRUE(Open(request.schema, {piece}).ok());
  EXPECT_EQ(
      connection_->QueryText("SELECT typeof(n) || typeof(amount) || typeof(\"at\") FROM v").value(),
      "BIGINTDECIMAL(18,4)TIMESTAMP");
  EXPECT_EQ(connection_->QueryInt64("SELECT n FROM v").value(), 49995000);
}

TEST_F(PiecesTest, AViewCanBeMadeAgainWithOtherSubjects) {
  const Piece piece = Write();
  for (int i = 0; i < 2; ++i) {
    RowLimits limits;
    limits.allowed = std::span<const SubjectId>();
    ASSERT_TRUE(Open(schema_, {piece}, limits).ok());
  }
}

TEST_F(PiecesTest, NoValueIsInTheStoreInPlain) {
  const Piece piece = Write();
  for (const Stream& stream : piece.streams) {
    const Bytes sealed = store_.Get(stream.blob_digest).value();
    EXPECT_EQ(AsText(sealed).find("canary-"), std::string_view::npos);
    EXPECT_EQ(AsText(sealed).find("PAR1"), std::string_view::npos);
  }
}

TEST_F(PiecesTest, AnEmptyTableIsAPieceWithoutRows) {
  ASSERT_TRUE(connection_->Execute("DELETE FROM rows").ok());
  const Piece piece = Write();
  EXPECT_EQ(piece.rows, 0U);
  ASSERT_TRUE(Open(schema_, {piece}).ok());
  EXPECT_EQ(Count("v"), 0);
}

}  // namespace
}  // namespace signet::pipelines
