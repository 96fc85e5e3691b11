/// The tokeniser: reads one source file exactly once and leaves nothing in it that names a person.
#pragma once

#include "crypto/base/json.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// The derived keys of a tokenise task.
struct TokeniseKeys {
  const SecretBytes* link =
      nullptr;  ///< KeyVault::LinkKey(); must outlive the connection's functions
};

/// Reads the file as text, casts it, and makes the view `out` with TokenisedSchema(spec).
///
/// Kinds: raw in, tokenised out (reference for a source without links). Rows that cannot be used
/// are quarantined: counted by "column:reason", never shown; more than spec.quarantine_share_max of
/// all rows is kInvalid (SIG-4020) with the counts. Rows equal in `unique` are kept once (the first
/// in the order of all their columns). Identifiers become link values; a value that cannot identify
/// anyone is NULL and counted. Drop, generalise and pseudonymise happen here; cells to be sealed
/// stay text of class escrow until the gate. Deterministic up to row order. Memory: the tokenised
/// rows. One tokenise per database.
///
/// Returns {"file", "bytes", "rows_read", "rows", "quarantined": {reason: n}, "duplicates",
/// "unusable_links": {column: n}, "undeclared": [...]}.
Result<Json> RunTokenise(query::Connection& connection,
                         const SourceSpec& spec,
                         const TokeniseKeys& keys,
                         const StageContext& context);

}  // namespace signet::pipelines
