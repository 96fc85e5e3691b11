/// The gate: tokenised rows get their person, finish their treatments and become governed.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/govern/gate_facts.h"
#include "pipelines/govern/governed_dataset.h"
#include "pipelines/govern/jurisdiction_table.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// The integer column of the gate's table that says to which partition a row belongs.
inline constexpr std::string_view kPartitionColumn = "signet_partition";

/// What the gate works on: views of the connection, and what the policy says.
struct GateSpec {
  SourceSpec source;
  std::string tokenised = "tokenised";  ///< TokenisedSchema(source), any number of its pieces
  std::string identity = "identity";    ///< IdentitySchema()
  std::string keyring = "keyring";      ///< KeyringSchema(); read only when a column is escrowed
  JurisdictionTable jurisdictions;      ///< of the plan's policies
  /// 32 bytes; seals columns with treatment `encrypt`. May be null when there is none.
  const SecretBytes* cell_key = nullptr;
};

/// Joins the rows to the identity table (their first link that is not blocked), seals cells, drops
/// link columns and makes the view `out`: GovernedSchema(source), then `signet_partition`.
///
/// Left out, and counted: rows with a link value that the identity table does not have (the
/// resolver drops suppressed ones: the erased do not return), and rows without an unblocked link
/// (`unidentified`; spec.unidentified says what else happens to them).
/// Escrowed cells are sealed under the subject's cell key, encrypted ones under `cell_key`, with
/// AES-256-SIV (associated data: "source.column", and the subject for escrow): equal cells of one
/// subject are equal, so that content digests do not change from run to run.
/// Facts: consent, opt-outs and GPC as they stand with their time; the jurisdiction of country and
/// region; whether the subject is a minor at context.as_of. Deterministic up to row order. Memory:
/// the rows and the identity table.
Result<GovernedDataset> RunGate(query::Connection& connection,
                                const GateSpec& spec,
                                const StageContext& context,
                                const FactSink& facts);

}  // namespace signet::pipelines
