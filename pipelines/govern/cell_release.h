/// Opens escrowed cells for a recipient to whom the policy releases them.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// Which cells are opened, for whom, and by which rule.
struct ReleaseSpec {
  std::string source;               ///< "crm"
  std::string column;               ///< "customer_id"
  std::string view;                 ///< governed rows: `subject` and the sealed column
  std::string keyring = "keyring";  ///< KeyringSchema()
  std::string subjects;             ///< view with a column `subject`: who is released; empty: all
  std::string recipient;
  std::string rule;  ///< the policy's release rule, "organisation.yaml:12 ..."
};

/// Makes table `table` (subject uuid, value text), one row per different value of a subject,
/// ordered by both. kDenied without a rule or a recipient; kCorrupt when a cell does not open
/// (another key, another subject or column). Returns {"released": n, "subjects": n, "unreadable":
/// n}; a subject whose key is gone from the keyring counts as unreadable.
Result<Json> ReleaseCells(query::Connection& connection,
                          const ReleaseSpec& spec,
                          const std::string& table);

}  // namespace signet::pipelines
