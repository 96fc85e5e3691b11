/// Headers of the sealed blobs that coordinator and workers exchange beside datasets.
#pragma once

#include <string>

#include "pipelines/artifacts/sealed_blob.h"

namespace signet::pipelines {

/// What `resolve` tells the ledger: who is whose alias (policies/consent/alias_list.h), sealed as
/// facts are. No source can have this name.
inline constexpr char kAliasesDataset[] = "identity#aliases";

/// The suppression list, which the coordinator seals anew for each run.
StreamHeader SuppressionHeader();
/// The subjects whom `purpose` may use in `partition`.
StreamHeader ConsentViewHeader(const std::string& purpose, int partition);
/// The facts of one gate task for one partition.
StreamHeader FactsHeader(const std::string& dataset, int partition, const std::string& producer);

}  // namespace signet::pipelines
