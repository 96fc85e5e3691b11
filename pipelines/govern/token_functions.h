/// The tokeniser's functions of SQL: link values, pseudonyms and row keys, by HMAC.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// "signet_link_1", "signet_token_3": the functions of spec.links[0] and spec.columns[2].
std::string LinkFunctionName(size_t link);
std::string TokenFunctionName(size_t column);

/// Values that could not be normalised, by link; counted while the scan runs.
using UnusableCounts = std::vector<std::unique_ptr<std::atomic<uint64_t>>>;

/// Makes callable, each (text) -> uuid:
///   signet_link_<n>: LinkHasher over Normalise, NULL for a value that cannot identify anyone;
///   signet_token_<n>, for treatment pseudonymise: HMAC under a key of the domain (option `domain`,
///     else the column's category), derived from the link key;
///   signet_row_key, when rows are unique by columns: HMAC, to compare rows.
/// Counts into the result, which lives as long as the functions do.
Result<std::shared_ptr<UnusableCounts>> RegisterTokenFunctions(query::Connection& connection,
                                                               const SourceSpec& spec,
                                                               const SecretBytes& link_key);

}  // namespace signet::pipelines
