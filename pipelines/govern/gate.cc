#include "pipelines/govern/gate.h"

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/gate_functions.h"
#include "pipelines/govern/subject_tables.h"

namespace signet::pipelines {

/// Friend of GatePass: the one place where governed datasets come from.
class Gate {
 public:
  static GovernedDataset Pass(std::string table,
                              std::shared_ptr<PartitionTables> tables,
                              Schema schema,
                              Json figures) {
    return {GatePass(), std::move(table), std::move(tables), std::move(schema), std::move(figures)};
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
    if (kind == TreatmentKind::kEncrypt) {
      TRY(RegisterEncryptFunction(connection, source, i, sealer));
    }
  }
  return OkStatus();
}

/// The columns of the split tables: those of the governed schema, then the facts.
Result<Schema> SplitSchema(const SourceSpec& source, const Schema& governed) {
  ASSIGN_OR_RETURN(const Schema tokenised, TokenisedSchema(source));
  Schema split = governed;
  for (const Column& column : tokenised.columns) {
    if (column.label.label_class == policies::LabelClass::kFacts) split.columns.push_back(column);
  }
  return split;
}

/// A column as the gate lets it out: sealed where its treatment seals it.
std::string TreatedSql(const SourceSpec& source, const std::string& column) {
  const auto found =
      std::find_if(source.columns.begin(), source.columns.end(), [&](const SourceColumn& declared) {
        return declared.name == column;
      });
  std::string name = SqlName(column);
  if (found == source.columns.end()) return name;
  const auto at = static_cast<size_t>(found - source.columns.begin());
  const TreatmentKind kind = found->treatment.kind;
  if (kind == TreatmentKind::kEscrow) return EscrowFunctionName(at) + "(subject, " + name + ")";
  if (kind == TreatmentKind::kEncrypt) return EncryptFunctionName(at) + "(" + name + ")";
  return name;
}

std::string GateSql(const GateSpec& spec, const Schema& split) {
  std::vector<std::string> links;
  links.reserve(spec.source.links.size());
  for (size_t i = 0; i < spec.source.links.size(); ++i) links.push_back(LinkColumnName(i));
  std::vector<std::string> items;
  items.reserve(split.columns.size());
  for (const Column& column : split.columns) items.push_back(TreatedSql(spec.source, column.name));
  return "SELECT " + Join(items, ", ") + " FROM (SELECT signet_subject(" + Join(links, ", ") +
         ") AS subject, * FROM " + SqlName(spec.tokenised) + ")";
}

struct GateCounts {
  uint64_t passed = 0, suppressed = 0, blocked = 0, unidentified = 0;
  [[nodiscard]] uint64_t Left() const { return suppressed + blocked + unidentified; }
};

/// Sends each row to its person's partition. Rows that may not go on are counted and left out; with
/// `keep_nameless`, those without a usable identifier go to the table behind the partitions.
class RowSorter {
 public:
  RowSorter(PartitionTables& tables, int partitions, bool keep_nameless)
      : tables_(tables),
        partitions_(static_cast<uint32_t>(partitions)),
        nameless_(keep_nameless ? partitions_ : PartitionTables::kLeftOut) {}

  Status Add(const query::Chunk& chunk) {
    place_.resize(chunk.size());
    for (size_t r = 0; r < chunk.size(); ++r) place_[r] = PlaceOf(chunk, r);
    return tables_.Add(chunk, 0, place_);
  }

  [[nodiscard]] const GateCounts& counts() const { return counts_; }

 private:
  uint32_t PlaceOf(const query::Chunk& chunk, size_t r) {
    if (chunk.IsNull(0, r)) {
      ++counts_.unidentified;
      return nameless_;
    }
    const SubjectId subject{chunk.GetUuid(0, r)};
    if (subject.value == kSuppressedRow) {
      ++counts_.suppressed;
      return PartitionTables::kLeftOut;
    }
    if (subject.value == kBlockedRow) {
      ++counts_.blocked;
      return nameless_;
    }
    ++counts_.passed;
    return static_cast<uint32_t>(PartitionOf(subject, partitions_));
  }

  PartitionTables& tables_;
  uint32_t partitions_;
  uint32_t nameless_;
  GateCounts counts_;
  std::vector<uint32_t> place_;
};

Result<GateCounts> SortRows(query::Connection& connection,
                            const std::string& select,
                            RowSorter& sorter) {
  ASSIGN_OR_RETURN(const auto rows, connection.Query(select));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return sorter.counts();
    TRY(sorter.Add(chunk));
  }
}

/// Rows and money sums of the rows without a person.
Result<Json> Aggregate(query::Connection& connection,
                       const Schema& schema,
                       const std::string& nameless,
                       uint64_t rows) {
  Json json = Json::Of({{"rows", rows}});
  if (rows < kAggregateRowsMin) return json;
  for (const Column& column : schema.columns) {
    if (column.type != ColumnType::kDecimal) continue;
    ASSIGN_OR_RETURN(const std::string sum,
                     connection.QueryText("SELECT CAST(coalesce(sum(" + SqlName(column.name) +
                                          "), 0) AS VARCHAR) FROM " + SqlName(nameless)));
    json.Field("sums").Set(column.name, sum);
  }
  return json;
}

Status MakeOut(query::Connection& connection,
               const Schema& schema,
               const PartitionTables& tables,
               size_t partitions) {
  std::string all;
  for (size_t p = 0; p < partitions; ++p) {
    if (tables.table(p).empty()) continue;
    std::vector<std::string> names;
    for (const Column& column : schema.columns) names.push_back(SqlName(column.name));
    names.push_back(std::to_string(p) + "::BIGINT AS " + std::string(kPartitionColumn));
    all += (all.empty() ? "SELECT " : " UNION ALL SELECT ") + Join(names, ", ") + " FROM " +
           SqlName(tables.table(p));
  }
  if (all.empty()) {
    std::vector<std::string> nothing;
    for (const Column& column : schema.columns) {
      nothing.push_back("NULL::" + std::string(SqlTypeOf(column.type)) + " AS " +
                        SqlName(column.name));
    }
    nothing.push_back("NULL::BIGINT AS " + std::string(kPartitionColumn));
    all = "SELECT " + Join(nothing, ", ") + " WHERE false";
  }
  return connection.Execute("CREATE VIEW \"out\" AS " + all);
}

}  // namespace

Result<GovernedDataset> RunGate(query::Connection& connection,
                                const GateSpec& spec,
                                const StageContext& context,
                                const FactSink& facts) {
  CHECK(context.partitions > 0);
  const auto partitions = static_cast<size_t>(context.partitions);
  ASSIGN_OR_RETURN(Schema schema, GovernedSchema(spec.source));
  ASSIGN_OR_RETURN(const Schema split, SplitSchema(spec.source, schema));
  ASSIGN_OR_RETURN(auto table, SubjectTable::Load(connection, spec.identity));
  TRY(RegisterSubjectFunction(connection, spec.source.links.size(), std::move(table)));
  TRY(RegisterSealing(connection, spec));
  const bool aggregate = spec.source.unidentified == Unidentified::kAggregateOnly;
  // One table more than partitions: rows without a person, for the aggregate.
  const auto tables = std::make_shared<PartitionTables>(connection, kGated, split, partitions + 1);
  RowSorter sorter(*tables, context.partitions, aggregate);
  ASSIGN_OR_RETURN(const GateCounts counts, SortRows(connection, GateSql(spec, split), sorter));
  TRY(tables->Finish());
  if (context.progress) context.progress(0.6);
  Json figures = Json::Of({{"rows_in", counts.passed + counts.Left()},
                           {"rows", counts.passed},
                           {"suppressed", counts.suppressed},
                           {"blocked", counts.blocked},
                           {"unidentified", counts.unidentified}});
  if (aggregate) {
    ASSIGN_OR_RETURN(
        Json sums,
        Aggregate(connection, schema, tables->table(partitions), tables->rows(partitions)));
    figures.Set("aggregate_only", std::move(sums));
    TRY(tables->Drop(partitions));
  }
  TRY(MakeOut(connection, schema, *tables, partitions));
  ASSIGN_OR_RETURN(
      const uint64_t fact_count,
      CollectFacts(connection, spec.source, spec.jurisdictions, *tables, context, facts));
  figures.Set("facts", fact_count);
  return Gate::Pass("out", tables, std::move(schema), std::move(figures));
}

}  // namespace signet::pipelines
