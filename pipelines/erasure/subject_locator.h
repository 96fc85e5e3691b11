/// Finds a person in the identity table, from link values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/suppression_hasher.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// All that the state knows as one person.
struct SubjectFootprint {
  SubjectId subject;                ///< the id in use
  std::vector<SubjectId> subjects;  ///< it and its aliases, ascending
  std::vector<Uuid> links;          ///< all their link values, ascending
};

/// The person to whom any of `links` belongs; the identity view has IdentitySchema().
/// kNotFound when none is known (or all are blocked); kConflict when they name different persons.
Result<SubjectFootprint> LocateSubject(query::Connection& connection,
                                       const std::string& identity,
                                       std::span<const Uuid> links);

/// The same for many persons at once, each by any of its links: two scans of the table, whatever
/// their number. In the order of `persons`; a person who is unknown or not one has a footprint
/// without subjects. Without `with_links` the footprints' links stay empty.
struct LocateManyOptions {
  bool with_links = true;
};
Result<std::vector<SubjectFootprint>> LocateSubjects(query::Connection& connection,
                                                     const std::string& identity,
                                                     std::span<const std::vector<Uuid>> persons,
                                                     const LocateManyOptions& options);

/// The footprint of a known subject (an alias finds the whole person); kNotFound.
Result<SubjectFootprint> FootprintOf(query::Connection& connection,
                                     const std::string& identity,
                                     const SubjectId& subject);

/// What goes onto the suppression list so that none of the person's identifiers is used again.
std::vector<Uuid> SuppressionEntries(const SubjectFootprint& footprint,
                                     const crypto::SuppressionHasher& hasher);

}  // namespace signet::pipelines
