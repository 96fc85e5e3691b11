/// What recipients were shown of segments, and who waits: the memory between two publications.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "policies/disclosure/held_additions.h"
#include "policies/model/label.h"

namespace signet::pipelines {

/// Views and tables of a publish task: what was shown until now, and what is from now on.
inline constexpr char kShownBefore[] = "shown_before";
inline constexpr char kShown[] = "shown";

/// One segment at one recipient. Persons are SubjectIds as Uuids, ascending: like any dataset about
/// persons it is rewritten when one of them is erased, which a list of tokens could not be.
struct ShownSegment {
  std::vector<Uuid> shown;
  std::vector<policies::HeldMember> held;
  friend bool operator==(const ShownSegment&, const ShownSegment&) = default;
};
using ShownMembers = std::map<std::string, ShownSegment>;

/// subject, segment, held_since (NULL: shown), all under `label`, that of who is in the segments.
Schema ShownSchema(const policies::Label& label);

/// Reads a view of ShownSchema.
Result<ShownMembers> ReadShown(query::Connection& sql, const std::string& view);

/// Makes `table`, of ShownSchema.
Status WriteShown(query::Connection& sql, const std::string& table, const ShownMembers& members);

}  // namespace signet::pipelines
