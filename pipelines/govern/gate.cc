#include "pipelines/govern/gate.h"

#include <memory>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/gate_functions.h"
#include "pipelines/govern/partition_function.h"
#include "pipelines/govern/subject_tables.h"

namespace signet::pipelines {

/// Friend of GatePass: the one place where governed datasets come from.
class Gate {
 public:
  static GovernedDataset Pass(std::string table, Schema schema, Json figures) {
    return {GatePass(), std::move(table), std::move(schema), std::move(figures)};
  }
};

namespace {

using policies::TreatmentKind;

constexpr const char* kGated = "signet_gated";
/// Sums over rows without a person are shown only from this many rows on.
constexpr uint64_t kAggregateRowsMin = 50;

bool HasTreatment(const SourceSpec& spec, TreatmentKind kind) {
  for (const SourceColumn& column : spec.columns) {
    if (column.treatment.kind == kind) return true;
  }
  return false;
}

Status RegisterSealing(query::Connection& connection, const GateSpec& spec) {
  const SourceSpec& source = spec.source;
  std::shared_ptr<const Keyring> keyring;
  if (HasTreatment(source, TreatmentKind::kEscrow)) {
    ASSIGN_OR_RETURN(keyring, Keyring::Load(connection, spec.keyring));
  }
  std::shared_ptr<const CellSealer> sealer;
  if (HasTreatment(source, TreatmentKind::kEncrypt)) {
    if (spec.cell_key == nullptr) return Denied("the cell key is not in this task's lease");
    sealer = std::make_shared<const CellSealer>(*spec.cell_key);
  }
  for (size_t i = 0; i < source.columns.size(); ++i) {
    const TreatmentKind kind = source.columns[i].treatment.kind;
    if (kind == TreatmentKind::kEscrow) TRY(RegisterEscrowFunction(connection, source, i, keyring));
    if (kind == TreatmentKind::kEncrypt)
      TRY(RegisterEncryptFunction(connection, source, i, sealer));
  }
  return OkStatus();
}

std::string GateSql(const GateSpec& spec) {
  std::vector<std::string> links;
  for (size_t i = 0; i < spec.source.links.size(); ++i) links.push_back(LinkColumnName(i));
  std::vector<std::string> items = {"subject", "signet_partition(subject) AS signet_partition"};
  for (size_t i = 0; i < spec.source.columns.size(); ++i) {
    const SourceColumn& column = spec.source.columns[i];
    const std::string name = SqlName(column.name);
    if (column.treatment.kind == TreatmentKind::kEscrow) {
      items.push_back(EscrowFunctionName(i) + "(subject, " + name + ") AS " + name);
    } else if (column.treatment.kind == TreatmentKind::kEncrypt) {
      items.push_back(EncryptFunctionName(i) + "(" + name + ") AS " + name);
    } else if (column.treatment.kind != TreatmentKind::kDrop) {
      items.push_back(name);
    }
    if (column.role == ColumnRole::kValue) continue;
    items.push_back(FactColumnName(i));
    if (!column.as_of.empty()) items.push_back(FactTimeColumnName(i));
  }
  return std::string("CREATE TABLE ") + kGated + " AS SELECT " + Join(items, ", ") +
         " FROM (SELECT signet_subject(" + Join(links, ", ") + ") AS subject, * FROM " +
         SqlName(spec.tokenised) + ")";
}

struct GateCounts {
  uint64_t passed = 0, suppressed = 0, blocked = 0, unidentified = 0;
  [[nodiscard]] uint64_t Left() const { return suppressed + blocked + unidentified; }
};

Result<GateCounts> CountRows(query::Connection& connection) {
  const auto is = [](const Uuid& what) { return "subject = '" + UuidText(what) + "'::UUID"; };
  ASSIGN_OR_RETURN(
      const auto rows,
      connection.Query("SELECT count(*), count(*) FILTER (WHERE subject IS NULL), count(*) FILTER "
                       "(WHERE " +
                       is(kSuppressedRow) + "), count(*) FILTER (WHERE " + is(kBlockedRow) +
                       ") FROM " + kGated));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool some, rows->Next(chunk));
  CHECK(some && chunk.size() == 1);
  const auto at = [&](size_t c) { return static_cast<uint64_t>(chunk.Int64(c, 0)); };
  GateCounts counts{0, at(2), at(3), at(1)};
  counts.passed = at(0) - counts.Left();
  return counts;
}

/// Rows and money sums of the rows without a person.
Result<Json> Aggregate(query::Connection& connection,
                       const Schema& schema,
                       const GateCounts& counts) {
  const uint64_t rows = counts.blocked + counts.unidentified;
  Json json = Json::Of({{"rows", rows}});
  if (rows < kAggregateRowsMin) return json;
  for (const Column& column : schema.columns) {
    if (column.type != ColumnType::kDecimal) continue;
    ASSIGN_OR_RETURN(const std::string sum,
                     connection.QueryText("SELECT CAST(coalesce(sum(" + SqlName(column.name) +
                                          "), 0) AS VARCHAR) FROM " + kGated +
                                          " WHERE subject IS NULL OR subject = '" +
                                          UuidText(kBlockedRow) + "'::UUID"));
    json.Field("sums").Set(column.name, sum);
  }
  return json;
}

/// Rows that may not go on leave the table, not only the view: their subject is no person.
Status MakeOut(query::Connection& connection, const Schema& schema, const GateCounts& counts) {
  if (counts.Left() > 0) {
    const std::string none =
        "'" + UuidText(kSuppressedRow) + "'::UUID, '" + UuidText(kBlockedRow) + "'::UUID";
    TRY(connection.Execute(std::string("DELETE FROM ") + kGated +
                           " WHERE subject IS NULL OR subject IN (" + none + ")"));
  }
  std::vector<std::string> names;
  for (const Column& column : schema.columns) names.push_back(SqlName(column.name));
  names.emplace_back(kPartitionColumn);
  return connection.Execute("CREATE VIEW \"out\" AS SELECT " + Join(names, ", ") + " FROM " +
                            kGated);
}

}  // namespace

Result<GovernedDataset> RunGate(query::Connection& connection,
                                const GateSpec& spec,
                                const StageContext& context,
                                const FactSink& facts) {
  ASSIGN_OR_RETURN(Schema schema, GovernedSchema(spec.source));
  ASSIGN_OR_RETURN(auto table, SubjectTable::Load(connection, spec.identity));
  TRY(RegisterSubjectFunction(connection, spec.source.links.size(), std::move(table)));
  TRY(RegisterSealing(connection, spec));
  TRY(RegisterPartitionFunction(connection, context.partitions));
  TRY(connection.Execute(GateSql(spec)));
  if (context.progress) context.progress(0.6);
  ASSIGN_OR_RETURN(const GateCounts counts, CountRows(connection));
  Json figures = Json::Of({{"rows_in", counts.passed + counts.Left()},
                           {"rows", counts.passed},
                           {"suppressed", counts.suppressed},
                           {"blocked", counts.blocked},
                           {"unidentified", counts.unidentified}});
  if (spec.source.unidentified == Unidentified::kAggregateOnly) {
    ASSIGN_OR_RETURN(Json aggregate, Aggregate(connection, schema, counts));
    figures.Set("aggregate_only", std::move(aggregate));
  }
  TRY(MakeOut(connection, schema, counts));
  ASSIGN_OR_RETURN(
      const uint64_t fact_count,
      CollectFacts(connection, spec.source, spec.jurisdictions, kGated, context, facts));
  figures.Set("facts", fact_count);
  return Gate::Pass("out", std::move(schema), std::move(figures));
}

}  // namespace signet::pipelines
