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

std::vector<Uuid> SuppressionEntries(const SubjectFootprint& footprint,
                                     const crypto::SuppressionHasher& hasher) {
  std::vector<Uuid> entries;
  entries.reserve(footprint.links.size());
  for (const Uuid& link : footprint.links) entries.push_back(hasher.Of(link));
  std::ranges::sort(entries);
  return entries;
}

}  // namespace signet::pipelines
