#include "pipelines/erasure/piece_rewriter.h"

#include <memory>
#include <utility>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr const char* kErased = "signet_erased";
constexpr const char* kSubjects = "signet_rewrite_subjects";
constexpr const char* kRows = "signet_rewrite_rows";

Status MakeErasedTable(query::Connection& connection, std::span<const SubjectId> subjects) {
  TRY(connection.Execute(std::string("DROP TABLE IF EXISTS ") + kErased));
  const Schema schema{{{"s", ColumnType::kUuid, {}}}};
  ASSIGN_OR_RETURN(const auto writer, connection.CreateTable(kErased, schema));
  size_t r = 0;
  for (const SubjectId& subject : subjects) {
    writer->column(0).SetUuid(r, subject.value);
    if (++r == query::kChunkRows) {
      TRY(writer->Flush(r));
      r = 0;
    }
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

/// "coalesce(subject IN (...), false) OR ...": true for rows that go.
std::string GoesSql(const std::vector<std::string>& columns) {
  std::vector<std::string> conditions;
  conditions.reserve(columns.size());
  for (const std::string& column : columns) {
    conditions.push_back("coalesce(" + SqlName(column) + " IN (SELECT s FROM " + kErased +
                         "), false)");
  }
  return "(" + Join(conditions, " OR ") + ")";
}

/// "* REPLACE (CASE WHEN the row is a person's THEN the right value ELSE the old END AS column)".
std::string ColumnsSql(const RewriteRequest& request, const std::string& goes) {
  if (request.corrections.empty()) return "*";
  std::vector<std::string> columns;
  columns.reserve(request.corrections.size());
  for (const CellCorrection& correction : request.corrections) {
    const Column* column = request.schema.Find(correction.column);
    CHECK(column != nullptr);
    const std::string name = SqlName(correction.column);
    std::string sql = "CASE WHEN ";
    sql += goes;
    sql += " THEN CAST(" + SqlLiteral(correction.value) + " AS ";
    sql += SqlTypeOf(column->type);
    sql += ") ELSE " + name;
    sql += " END AS " + name;
    columns.push_back(std::move(sql));
  }
  return "* REPLACE (" + Join(columns, ", ") + ")";
}

/// How one piece is written anew: `select` reads the view kRows.
struct Replacing {
  const Schema& schema;
  const std::string& select;
  const DekLookup& keys;
  const ReplacementKeys& new_keys;
  const std::string& producer;
};

Result<Piece> WriteReplacement(const RewriteTools& tools,
                               DatasetReader& reader,
                               const Piece& piece,
                               const Replacing& how) {
  WriteRequest write;
  write.dataset = piece.dataset;
  write.kind = piece.kind;
  write.schema = how.schema;
  write.partition = piece.partition;
  write.producer = how.producer;
  ASSIGN_OR_RETURN(write.deks, how.new_keys(piece));
  write.with_content = !piece.content.empty();
  TRY(reader.OpenView(tools.connection, kRows, how.schema, {piece}, how.keys));
  Result<Piece> written =
      WritePiece(tools.connection, how.select, write, tools.digest_key, tools.store, tools.entropy);
  TRY(tools.connection.Execute(std::string("DROP VIEW ") + kRows));
  return written;
}

class Rewriter {
 public:
  Rewriter(const RewriteTools& tools, const RewriteRequest& request)
      : tools_(tools),
        request_(request),
        goes_(GoesSql(request.subject_columns)),
        reader_(tools.store) {}

  [[nodiscard]] bool corrects() const { return !request_.corrections.empty(); }

  Result<uint64_t> CountGoing(const Piece& piece) {
    ASSIGN_OR_RETURN(const Schema schema, request_.schema.Select(request_.subject_columns));
    TRY(reader_.OpenView(tools_.connection, kSubjects, schema, {piece}, request_.keys));
    Result<int64_t> count = tools_.connection.QueryInt64(std::string("SELECT count(*) FROM ") +
                                                         kSubjects + " WHERE " + goes_);
    TRY(tools_.connection.Execute(std::string("DROP VIEW ") + kSubjects));
    if (!count.ok()) return count.status();
    return static_cast<uint64_t>(*count);
  }

  Result<Piece> Replace(const Piece& piece) {
    const std::string select = "SELECT " + ColumnsSql(request_, goes_) + " FROM " + kRows +
                               (corrects() ? std::string() : " WHERE NOT " + goes_);
    return WriteReplacement(
        tools_,
        reader_,
        piece,
        {request_.schema, select, request_.keys, request_.new_keys, request_.producer});
  }

 private:
  const RewriteTools& tools_;
  const RewriteRequest& request_;
  std::string goes_;
  DatasetReader reader_;
};

}  // namespace

Json RewriteOutcome::Receipt() const {
  return Json::Of({{"pieces", kept.size() + rewritten.size()},
                   {"rewritten", rewritten.size()},
                   {"rows_removed", rows_removed}});
}

Status CheckCorrections(query::Connection& connection,
                        const Schema& schema,
                        const std::vector<CellCorrection>& corrections) {
  for (const CellCorrection& correction : corrections) {
    const Column* column = schema.Find(correction.column);
    if (column == nullptr) return NotFound("there is no column '" + correction.column + "'");
    if (column->name == kSubjectColumn || column->type == ColumnType::kBytes) {
      return Invalid("'" + correction.column + "' is sealed and cannot be corrected here")
          .WithRemedy("correct it in the source, and run the pipeline again");
    }
    ASSIGN_OR_RETURN(const int64_t fits,
                     connection.QueryInt64(
                         "SELECT CASE WHEN TRY_CAST(" + SqlLiteral(correction.value) + " AS " +
                         std::string(SqlTypeOf(column->type)) + ") IS NULL THEN 0 ELSE 1 END"));
    if (fits == 0) {
      return Invalid("the value for '" + correction.column + "' is no " +
                     std::string(ColumnTypeName(column->type)));
    }
  }
  return OkStatus();
}

Result<RewriteOutcome> RewriteWithout(const RewriteTools& tools,
                                      const std::vector<Piece>& pieces,
                                      const RewriteRequest& request) {
  if (request.subject_columns.empty()) return Invalid("a rewrite needs a subject column");
  TRY(MakeErasedTable(tools.connection, request.subjects));
  Rewriter rewriter(tools, request);
  RewriteOutcome outcome;
  for (const Piece& piece : pieces) {
    ASSIGN_OR_RETURN(const uint64_t going, rewriter.CountGoing(piece));
    if (going == 0) {
      outcome.kept.push_back(piece);
      outcome.pieces.push_back(piece);
      continue;
    }
    RewrittenPiece rewritten{piece, std::nullopt, going};
    if (rewriter.corrects()) {
      ASSIGN_OR_RETURN(rewritten.replacement, rewriter.Replace(piece));
      outcome.pieces.push_back(*rewritten.replacement);
    } else if (going < piece.rows) {
      ASSIGN_OR_RETURN(rewritten.replacement, rewriter.Replace(piece));
      // Paired with the count above: what was written is what should be left.
      CHECK_FACTS(rewritten.replacement->rows + going == piece.rows,
                  std::to_string(rewritten.replacement->rows) + " + " + std::to_string(going));
      outcome.pieces.push_back(*rewritten.replacement);
    }
    outcome.rows_removed += going;
    outcome.rewritten.push_back(std::move(rewritten));
  }
  TRY(tools.connection.Execute(std::string("DROP TABLE ") + kErased));
  return outcome;
}

Result<std::vector<Piece>> RewriteColumns(const RewriteTools& tools,
                                          const std::vector<Piece>& pieces,
                                          const ColumnRewrite& rewrite) {
  std::vector<std::string> values;
  values.reserve(rewrite.values.size());
  for (const auto& [column, sql] : rewrite.values) {
    if (rewrite.schema.Find(column) == nullptr) return Invalid("there is no column " + column);
    values.push_back(sql + " AS " + SqlName(column));
  }
  const std::string select =
      "SELECT * REPLACE (" + Join(values, ", ") + ") FROM " + std::string(kRows);
  DatasetReader reader(tools.store);
  std::vector<Piece> rewritten;
  rewritten.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    ASSIGN_OR_RETURN(
        Piece next,
        WriteReplacement(
            tools,
            reader,
            piece,
            {rewrite.schema, select, rewrite.keys, rewrite.new_keys, rewrite.producer}));
    if (next.rows != piece.rows) return Internal("a rewritten piece has other rows");
    rewritten.push_back(std::move(next));
  }
  return rewritten;
}

}  // namespace signet::pipelines
