#include "pipelines/erasure/piece_rewriter.h"

#include <map>
#include <memory>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using policies::LabelClass;

SubjectId Person(uint8_t n) {
  SubjectId subject;
  subject.value[0] = 7;
  subject.value[15] = n;
  return subject;
}

class PieceRewriterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto database = query::Database::Open({});
    ASSERT_TRUE(database.ok());
    database_ = std::move(database).value();
    sql_ = database_->Connect();
    Column sensitive{"illness", ColumnType::kText, {}};
    sensitive.label.label_class = LabelClass::kSensitive;
    schema_ =
        Schema{{{"subject", ColumnType::kUuid, {}}, {"n", ColumnType::kInt64, {}}, sensitive}};
  }

  std::map<LabelClass, LeasedDek> NewDeks() {
    std::map<LabelClass, LeasedDek> deks;
    for (const LabelClass label_class : {LabelClass::kOrdinary, LabelClass::kSensitive}) {
      const DekId id("dek-" + std::to_string(keys_.size()));
      keys_.emplace(id, entropy_.RandomSecret(32));
      deks[label_class] = {id, &keys_.at(id)};
    }
    return deks;
  }

  /// A piece of `rows` (person, n).
  Piece Write(int partition, const std::vector<std::pair<uint8_t, int>>& rows) {
    std::string values;
    for (const auto& [person, n] : rows) {
      values += (values.empty() ? "" : ", ") + std::string("('") + UuidText(Person(person).value) +
                "'::UUID, " + std::to_string(n) + "::BIGINT, 'illness " + std::to_string(n) + "')";
    }
    WriteRequest request{
        "crm", DatasetKind::kGoverned, schema_, partition, "run/gate/0", NewDeks(), true};
    auto piece = WritePiece(*sql_,
                            "SELECT * FROM (VALUES " + values + ") t(subject, n, illness)",
                            request,
                            digest_,
                            store_,
                            entropy_);
    EXPECT_TRUE(piece.ok()) << piece.status().ToString();
    return *piece;
  }

  RewriteRequest Request(std::span<const SubjectId> subjects) {
    RewriteRequest request;
    request.schema = schema_;
    request.subjects = subjects;
    request.keys = [this](const DekId& id) { return Lookup(id); };
    request.new_keys = [this](const Piece&) -> Result<std::map<LabelClass, LeasedDek>> {
      return NewDeks();
    };
    request.producer = "erasure/r1/0";
    return request;
  }

  Result<const SecretBytes*> Lookup(const DekId& id) {
    const auto found = keys_.find(id);
    if (found == keys_.end()) return Denied("no key");
    return &found->second;
  }

  int64_t Sum(const std::vector<Piece>& pieces) {
    DatasetReader reader(store_);
    EXPECT_TRUE(
        reader.OpenView(*sql_, "v", schema_, pieces, [this](const DekId& id) { return Lookup(id); })
            .ok());
    const int64_t sum = *sql_->QueryInt64("SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM v");
    EXPECT_TRUE(sql_->Execute("DROP VIEW v").ok());
    return sum;
  }

  testing_support::ScratchFolder scratch_;
  FileBlobStore store_{scratch_.path()};
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> sql_;
  SystemEntropy entropy_;
  SecretBytes digest_secret_{32};
  crypto::HmacKey digest_{digest_secret_};
  std::map<DekId, SecretBytes> keys_;
  Schema schema_;
};

TEST_F(PieceRewriterTest, OtherValuesInAColumnOfEveryRowUnderNewKeys) {
  const std::vector<Piece> pieces = {Write(0, {{1, 1}, {2, 2}}), Write(3, {{3, 8}})};
  ColumnRewrite rewrite;
  rewrite.schema = schema_;
  rewrite.values = {{"n", "(n * 10)::BIGINT"}};
  rewrite.keys = [this](const DekId& id) { return Lookup(id); };
  rewrite.new_keys = [this](const Piece&) -> Result<std::map<LabelClass, LeasedDek>> {
    return NewDeks();
  };
  rewrite.producer = "rekey/r1/0";
  const auto written = RewriteColumns({*sql_, store_, digest_, entropy_}, pieces, rewrite);
  ASSERT_TRUE(written.ok()) << written.status().ToString();
  ASSERT_EQ(written->size(), 2U);
  EXPECT_EQ(Sum(*written), 110);
  EXPECT_EQ(Sum(pieces), 11) << "the old ones stay until the caller commits";
  EXPECT_EQ(written->at(1).partition, 3);
  EXPECT_NE(written->at(0).content, pieces[0].content) << "the rows say something else";
  EXPECT_EQ(written->at(0).streams.size(), pieces[0].streams.size());
  rewrite.values = {{"nobody", "1"}};
  EXPECT_EQ(RewriteColumns({*sql_, store_, digest_, entropy_}, pieces, rewrite).status().code(),
            StatusCode::kInvalid);
}

TEST_F(PieceRewriterTest, OnlyPiecesWithRowsOfThePersonAreWrittenAnew) {
  const std::vector<Piece> pieces = {
      Write(0, {{1, 1}, {2, 2}, {1, 4}}), Write(1, {{3, 8}}), Write(2, {{1, 16}})};
  const std::vector<SubjectId> erased = {Person(1), Person(9)};
  const auto outcome = RewriteWithout({*sql_, store_, digest_, entropy_}, pieces, Request(erased));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->rows_removed, 3U);
  ASSERT_EQ(outcome->rewritten.size(), 2U);
  EXPECT_EQ(outcome->rewritten[0].rows_removed, 2U);
  EXPECT_FALSE(outcome->rewritten[1].replacement.has_value());  // nobody is left in it
  ASSERT_EQ(outcome->pieces.size(), 2U);
  EXPECT_EQ(outcome->pieces[1].content, pieces[1].content);
  EXPECT_EQ(Sum(outcome->pieces), 10);
  EXPECT_EQ(Sum(pieces), 31) << "nothing is deleted before the caller commits";
  for (const Stream& stream : outcome->pieces[0].streams) {
    for (const Stream& old : pieces[0].streams) EXPECT_NE(stream.dek, old.dek);
  }
  EXPECT_EQ(outcome->Receipt().Dump(), R"({"pieces":3,"rewritten":2,"rows_removed":3})");
  // What is left has the digest of a dataset that never held the person.
  EXPECT_EQ(*ContentOf(outcome->pieces), *ContentOf({Write(0, {{2, 2}}), Write(1, {{3, 8}})}));
}

TEST_F(PieceRewriterTest, LookingForThePersonNeedsOnlyTheStreamThatNamesThem) {
  const std::vector<Piece> pieces = {Write(0, {{1, 1}})};
  for (const Stream& stream : pieces[0].streams) {
    if (stream.label_class == LabelClass::kSensitive) keys_.erase(stream.dek);
  }
  const std::vector<SubjectId> erased = {Person(2)};
  const auto outcome = RewriteWithout({*sql_, store_, digest_, entropy_}, pieces, Request(erased));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->kept.size(), 1U);
}

TEST_F(PieceRewriterTest, AliasColumnsCountAndNullsDoNot) {
  schema_ = Schema{{{"subject", ColumnType::kUuid, {}}, {"alias_of", ColumnType::kUuid, {}}}};
  WriteRequest request{
      "identity", DatasetKind::kIdentity, schema_, -1, "run/resolve/0", NewDeks(), false};
  const std::string one = "'" + UuidText(Person(1).value) + "'::UUID";
  const std::string two = "'" + UuidText(Person(2).value) + "'::UUID";
  const auto piece = WritePiece(*sql_,
                                "SELECT * FROM (VALUES (" + one + ", NULL::UUID), (" + two + ", " +
                                    one + "), (" + two + ", NULL)) t(subject, alias_of)",
                                request,
                                digest_,
                                store_,
                                entropy_);
  ASSERT_TRUE(piece.ok()) << piece.status().ToString();
  const std::vector<SubjectId> erased = {Person(1)};
  RewriteRequest rewrite = Request(erased);
  rewrite.subject_columns = {"subject", "alias_of"};
  const auto outcome = RewriteWithout({*sql_, store_, digest_, entropy_}, {*piece}, rewrite);
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->rows_removed, 2U);
  EXPECT_EQ(outcome->pieces.at(0).rows, 1U);
}

TEST_F(PieceRewriterTest, WithoutTheOldKeyNothingIsWritten) {
  const std::vector<Piece> pieces = {Write(0, {{1, 1}})};
  keys_.clear();
  const std::vector<SubjectId> erased = {Person(1)};
  EXPECT_EQ(
      RewriteWithout({*sql_, store_, digest_, entropy_}, pieces, Request(erased)).status().code(),
      StatusCode::kDenied);
}

TEST_F(PieceRewriterTest, ACorrectionKeepsTheRowsAndReplacesTheValueOfThatPersonAlone) {
  const Piece piece = Write(0, {{1, 10}, {1, 11}, {2, 20}});
  const std::vector<SubjectId> subjects = {Person(1)};
  RewriteRequest request = Request(subjects);
  request.corrections = {{"n", "99"}};
  const crypto::HmacKey& digest = digest_;
  const RewriteTools tools{*sql_, store_, digest, entropy_};
  const auto outcome = RewriteWithout(tools, {piece}, request);
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  ASSERT_EQ(outcome->pieces.size(), 1U);
  EXPECT_EQ(outcome->pieces[0].rows, 3U);
  EXPECT_EQ(outcome->rows_removed, 2U) << "rows that held it";
  EXPECT_NE(outcome->pieces[0].streams[0].blob_digest, piece.streams[0].blob_digest);
  EXPECT_EQ(CheckCorrections(*sql_, schema_, {{"n", "many"}}).code(), StatusCode::kInvalid);
  EXPECT_EQ(CheckCorrections(*sql_, schema_, {{"m", "1"}}).code(), StatusCode::kNotFound);
  EXPECT_EQ(CheckCorrections(*sql_, schema_, {{"subject", "1"}}).code(), StatusCode::kInvalid);
  EXPECT_TRUE(CheckCorrections(*sql_, schema_, {{"illness", "it's"}}).ok());
}

}  // namespace
}  // namespace signet::pipelines
