#include "pipelines/govern/tokeniser.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/govern/token_functions.h"
#include "pipelines/govern/tokenise_sql.h"

namespace signet::pipelines {
namespace {

constexpr const char* kSource = "signet_source";
constexpr const char* kStaged = "signet_staged";
constexpr const char* kDuplicate = "duplicate";

struct RowCounts {
  uint64_t good = 0;
  uint64_t duplicates = 0;
  uint64_t quarantined = 0;
  std::map<std::string, uint64_t> by_reason;
  [[nodiscard]] uint64_t Read() const { return good + duplicates + quarantined; }
};

Result<RowCounts> CountRows(query::Connection& connection, const IngestFigures& ingest) {
  RowCounts counts;
  counts.by_reason = ingest.quarantined;
  counts.quarantined = ingest.QuarantinedRows();
  ASSIGN_OR_RETURN(const auto rows,
                   connection.Query(std::string("SELECT signet_reason, count(*) FROM ") + kStaged +
                                    " GROUP BY signet_reason"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return counts;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const auto n = static_cast<uint64_t>(chunk.Int64(1, r));
      if (chunk.IsNull(0, r)) {
        counts.good += n;
      } else if (chunk.Text(0, r) == kDuplicate) {
        counts.duplicates += n;
      } else {
        counts.by_reason[std::string(chunk.Text(0, r))] += n;
        counts.quarantined += n;
      }
    }
  }
}

Status CheckQuarantine(const SourceSpec& spec, const RowCounts& counts) {
  const auto allowed = spec.quarantine_share_max * static_cast<double>(counts.Read());
  if (static_cast<double>(counts.quarantined) <= allowed) return OkStatus();
  std::vector<std::string> reasons;
  for (const auto& [reason, n] : counts.by_reason) {
    reasons.push_back(reason + " " + WithThousands(static_cast<int64_t>(n)));
  }
  return Invalid("source '" + spec.name +
                 "': " + WithThousands(static_cast<int64_t>(counts.quarantined)) + " of " +
                 WithThousands(static_cast<int64_t>(counts.Read())) +
                 " rows cannot be used, more than quarantine.max_share = " +
                 FixedText(spec.quarantine_share_max, 3) + " allows (" + Join(reasons, ", ") + ")")
      .WithDiagnostic("SIG-4020")
      .WithRemedy(
          "correct the column's type or date_format, or the file; or raise "
          "quarantine.max_share if these rows may be lost");
}

Json FiguresOf(const SourceSpec& spec,
               const IngestFigures& ingest,
               const RowCounts& counts,
               const UnusableCounts& unusable) {
  Json quarantined{Json::Object()};
  for (const auto& [reason, n] : counts.by_reason) quarantined.Set(reason, n);
  Json links{Json::Object()};
  for (size_t i = 0; i < spec.links.size(); ++i) {
    links.Set(spec.links[i].column, unusable[i]->load());
  }
  return Json::Of({{"file", ingest.file},
                   {"bytes", ingest.bytes},
                   {"rows_read", counts.Read()},
                   {"rows", counts.good},
                   {"quarantined", quarantined},
                   {"duplicates", counts.duplicates},
                   {"unusable_links", links},
                   {"undeclared", Json::Strings(ingest.undeclared)}});
}

Status MakeOut(query::Connection& connection, const Schema& schema, const RowCounts& counts) {
  std::vector<std::string> names;
  for (const Column& column : schema.columns) names.push_back(SqlName(column.name));
  const bool all_good = counts.duplicates == 0 && counts.Read() == counts.good;
  return connection.Execute("CREATE VIEW \"out\" AS SELECT " + Join(names, ", ") + " FROM " +
                            kStaged + (all_good ? "" : " WHERE signet_reason IS NULL"));
}

}  // namespace

Result<Json> RunTokenise(query::Connection& connection,
                         const SourceSpec& spec,
                         const TokeniseKeys& keys,
                         const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, TokenisedSchema(spec));
  if (keys.link == nullptr) return Denied("the link key is not in this task's lease");
  ASSIGN_OR_RETURN(const auto unusable, RegisterTokenFunctions(connection, spec, *keys.link));
  IngestFigures ingest;
  TRY(OpenSource(connection, kSource, spec.path, spec.format, ColumnsRead(spec), ingest));
  TRY(connection.Execute(TokeniseSql(spec, schema, kSource, kStaged)));
  TRY(FinishSource(connection, kSource, ingest));
  if (context.progress) context.progress(0.8);
  if (!spec.unique.empty()) TRY(connection.Execute(MarkDuplicatesSql(schema, kStaged)));
  ASSIGN_OR_RETURN(const RowCounts counts, CountRows(connection, ingest));
  TRY(CheckQuarantine(spec, counts));
  TRY(MakeOut(connection, schema, counts));
  return FiguresOf(spec, ingest, counts, *unusable);
}

}  // namespace signet::pipelines
