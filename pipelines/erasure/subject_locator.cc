#include "pipelines/erasure/subject_locator.h"

#include <algorithm>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

std::string UuidList(std::span<const Uuid> uuids) {
  std::vector<std::string> texts;
  texts.reserve(uuids.size());
  for (const Uuid& uuid : uuids) texts.push_back("'" + UuidText(uuid) + "'::UUID");
  return Join(texts, ", ");
}

Result<std::vector<Uuid>> QueryUuids(query::Connection& connection, const std::string& select) {
  ASSIGN_OR_RETURN(const auto rows, connection.Query(select));
  std::vector<Uuid> uuids;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return uuids;
    for (size_t r = 0; r < chunk.size(); ++r) uuids.push_back(chunk.GetUuid(0, r));
  }
}

}  // namespace

Result<SubjectFootprint> FootprintOf(query::Connection& connection,
                                     const std::string& identity,
                                     const SubjectId& subject) {
  const std::string view = SqlName(identity);
  const std::string one = UuidList(std::span(&subject.value, 1));
  ASSIGN_OR_RETURN(
      const std::vector<Uuid> in_use,
      QueryUuids(connection,
                 "SELECT DISTINCT coalesce(alias_of, subject) FROM " + view +
                     " WHERE NOT blocked AND (subject = " + one + " OR alias_of = " + one + ")"));
  if (in_use.empty()) return NotFound("the state knows no such subject");
  if (in_use.size() > 1) return Conflict("the subject is an alias of two others");
  SubjectFootprint footprint;
  footprint.subject = {in_use[0]};
  const std::string where =
      " FROM " + view + " WHERE NOT blocked AND coalesce(alias_of, subject) = " + UuidList(in_use);
  ASSIGN_OR_RETURN(std::vector<Uuid> subjects,
                   QueryUuids(connection, "SELECT DISTINCT subject" + where));
  if (std::ranges::find(subjects, in_use[0]) == subjects.end()) subjects.push_back(in_use[0]);
  std::ranges::sort(subjects);
  for (const Uuid& id : subjects) footprint.subjects.push_back({id});
  ASSIGN_OR_RETURN(footprint.links, QueryUuids(connection, "SELECT DISTINCT link" + where));
  std::ranges::sort(footprint.links);
  return footprint;
}

Result<SubjectFootprint> LocateSubject(query::Connection& connection,
                                       const std::string& identity,
                                       std::span<const Uuid> links) {
  if (links.empty()) return Invalid("no identifier was given that could identify anyone");
  ASSIGN_OR_RETURN(
      const std::vector<Uuid> found,
      QueryUuids(connection,
                 "SELECT DISTINCT coalesce(alias_of, subject) FROM " + SqlName(identity) +
                     " WHERE NOT blocked AND link IN (" + UuidList(links) + ")"));
  if (found.empty()) return NotFound("none of these identifiers is known");
  if (found.size() > 1) {
    return Conflict("these identifiers belong to " + std::to_string(found.size()) +
                    " different persons")
        .WithRemedy("give the identifiers of one person at a time");
  }
  return FootprintOf(connection, identity, {found[0]});
}

namespace {

constexpr const char* kWanted = "signet_wanted_links";
constexpr const char* kFound = "signet_found_subjects";

/// Makes `table` (n BIGINT, u UUID).
Status MakePairs(query::Connection& connection,
                 const std::string& table,
                 std::span<const std::vector<Uuid>> lists) {
  TRY(connection.Execute("DROP TABLE IF EXISTS " + table));
  const Schema schema{{{"n", ColumnType::kInt64, {}}, {"u", ColumnType::kUuid, {}}}};
  ASSIGN_OR_RETURN(const auto writer, connection.CreateTable(table, schema));
  size_t r = 0;
  for (size_t n = 0; n < lists.size(); ++n) {
    for (const Uuid& uuid : lists[n]) {
      writer->column(0).SetInt64(r, static_cast<int64_t>(n));
      writer->column(1).SetUuid(r, uuid);
      if (++r < query::kChunkRows) continue;
      TRY(writer->Flush(r));
      r = 0;
    }
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

/// Calls `use(n, uuid)` for each row of a query of two such columns.
template <typename Use>
Status ForPairs(query::Connection& connection, const std::string& select, Use use) {
  ASSIGN_OR_RETURN(const auto rows, connection.Query(select));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      use(static_cast<size_t>(chunk.Int64(0, r)), chunk.GetUuid(1, r));
    }
  }
}

}  // namespace

Result<std::vector<SubjectFootprint>> LocateSubjects(query::Connection& connection,
                                                     const std::string& identity,
                                                     std::span<const std::vector<Uuid>> persons,
                                                     const LocateManyOptions& options) {
  const std::string view = SqlName(identity);
  std::vector<SubjectFootprint> found(persons.size());
  std::vector<std::vector<Uuid>> in_use(persons.size());
  TRY(MakePairs(connection, kWanted, persons));
  TRY(ForPairs(connection,
               std::string("SELECT DISTINCT w.n, coalesce(i.alias_of, i.subject) FROM ") + view +
                   " i JOIN " + kWanted + " w ON i.link = w.u WHERE NOT i.blocked",
               [&in_use](size_t n, const Uuid& subject) { in_use[n].push_back(subject); }));
  for (std::vector<Uuid>& subjects : in_use) {
    if (subjects.size() != 1) subjects.clear();
  }
  TRY(MakePairs(connection, kFound, in_use));
  const std::string from = std::string(" FROM ") + view + " i JOIN " + kFound +
                           " f ON coalesce(i.alias_of, i.subject) = f.u WHERE NOT i.blocked";
  TRY(ForPairs(connection,
               "SELECT DISTINCT f.n, i.subject" + from,
               [&found](size_t n, const Uuid& id) { found[n].subjects.push_back({id}); }));
  if (options.with_links) {
    TRY(ForPairs(connection,
                 "SELECT DISTINCT f.n, i.link" + from,
                 [&found](size_t n, const Uuid& link) { found[n].links.push_back(link); }));
  }
  for (size_t n = 0; n < found.size(); ++n) {
    if (in_use[n].empty()) continue;
    SubjectFootprint& one = found[n];
    one.subject = {in_use[n].front()};
    if (std::ranges::find(one.subjects, one.subject) == one.subjects.end()) {
      one.subjects.push_back(one.subject);
    }
    std::ranges::sort(one.subjects);
    std::ranges::sort(one.links);
  }
  TRY(connection.Execute(std::string("DROP TABLE ") + kWanted));
  TRY(connection.Execute(std::string("DROP TABLE ") + kFound));
  return found;
}

std::vector<Uuid> SuppressionEntries(const SubjectFootprint& footprint,
                                     const crypto::SuppressionHasher& hasher) {
  std::vector<Uuid> entries;
  entries.reserve(footprint.links.size());
  for (const Uuid& link : footprint.links) entries.push_back(hasher.Of(link));
  std::ranges::sort(entries);
  return entries;
}

}  // namespace signet::pipelines
