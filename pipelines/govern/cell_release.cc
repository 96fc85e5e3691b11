#include "pipelines/govern/cell_release.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/govern/cell_sealer.h"
#include "pipelines/govern/subject_tables.h"

namespace signet::pipelines {
namespace {

struct Released {
  Uuid subject{};
  PersonalText value;
};

bool Before(const Released& a, const Released& b) {
  return a.subject != b.subject ? a.subject < b.subject
                                : a.value.ExposePersonal() < b.value.ExposePersonal();
}

Status WriteReleased(query::Connection& connection,
                     const std::string& table,
                     const std::vector<Released>& cells) {
  const Schema schema{{{"subject", ColumnType::kUuid, {}}, {"value", ColumnType::kText, {}}}};
  ASSIGN_OR_RETURN(const auto writer, connection.CreateTable(table, schema));
  size_t r = 0;
  for (const Released& cell : cells) {
    writer->column(0).SetUuid(r, cell.subject);
    writer->column(1).SetText(r, cell.value.ExposePersonal());
    if (++r == query::kChunkRows) {
      TRY(writer->Flush(r));
      r = 0;
    }
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

/// Opens the chunk's cells (subject, sealed) into `cells`; who has no key is in `unreadable`.
Status OpenChunk(const query::Chunk& chunk,
                 const std::string& name,
                 const Keyring& keyring,
                 std::vector<Released>& cells,
                 std::set<Uuid>& unreadable) {
  for (size_t r = 0; r < chunk.size(); ++r) {
    const SubjectId subject{chunk.GetUuid(0, r)};
    const std::optional<SecretBytes> key = keyring.CellKey(subject);
    if (!key) {
      unreadable.insert(subject.value);
      continue;
    }
    ASSIGN_OR_RETURN(std::string text,
                     CellSealer(*key).OpenEscrow(name, subject, chunk.Blob(1, r)));
    cells.push_back({subject.value, PersonalText(std::move(text))});
  }
  return OkStatus();
}

Result<std::vector<Released>> OpenCells(query::Connection& connection,
                                        const std::string& select,
                                        const std::string& name,
                                        const Keyring& keyring,
                                        std::set<Uuid>& unreadable) {
  std::vector<Released> cells;
  ASSIGN_OR_RETURN(const auto rows, connection.Query(select));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return cells;
    TRY(OpenChunk(chunk, name, keyring, cells, unreadable));
  }
}

}  // namespace

Result<Json> ReleaseCells(query::Connection& connection,
                          const ReleaseSpec& spec,
                          const std::string& table) {
  const std::string name = spec.source + "." + spec.column;
  if (spec.rule.empty() || spec.recipient.empty()) {
    return Denied("no rule releases " + name + " to a recipient")
        .WithRemedy("declare the release in organisation.yaml, under the recipient");
  }
  ASSIGN_OR_RETURN(const auto keyring, Keyring::Load(connection, spec.keyring));
  std::string select = "SELECT DISTINCT subject, " + SqlName(spec.column) + " FROM " +
                       SqlName(spec.view) + " WHERE " + SqlName(spec.column) + " IS NOT NULL";
  if (!spec.subjects.empty()) {
    select += " AND subject IN (SELECT subject FROM " + SqlName(spec.subjects) + ")";
  }
  std::set<Uuid> unreadable;
  ASSIGN_OR_RETURN(std::vector<Released> cells,
                   OpenCells(connection, select, name, *keyring, unreadable));
  std::ranges::sort(cells, Before);
  TRY(WriteReleased(connection, table, cells));
  uint64_t subjects = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i == 0 || cells[i].subject != cells[i - 1].subject) ++subjects;
  }
  return Json::Of(
      {{"released", cells.size()}, {"subjects", subjects}, {"unreadable", unreadable.size()}});
}

}  // namespace signet::pipelines
