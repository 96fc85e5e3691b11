/// Turns the fact columns of governed rows into facts for the consent ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/artifacts/partition_tables.h"
#include "pipelines/govern/jurisdiction_table.h"
#include "pipelines/govern/source_spec.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/task.h"
#include "policies/consent/fact.h"

namespace signet::pipelines {

/// Receives the facts of one partition, in ascending order of the subject; called at most once for
/// each partition.
using FactSink = std::function<Status(int partition, std::vector<policies::Fact> facts)>;

/// Reads the `tables` of context.partitions partitions (columns subject, fact_<n>, fact_<n>_at) and
/// gives `sink` each partition's facts, each once. A subject about whom the source says nothing
/// gets a kSeen fact. Returns how many facts there were.
Result<uint64_t> CollectFacts(query::Connection& connection,
                              const SourceSpec& spec,
                              const JurisdictionTable& jurisdictions,
                              const PartitionTables& tables,
                              const StageContext& context,
                              const FactSink& sink);

/// Full years between two days since 1970-01-01; negative for a birth in the future.
int64_t AgeInYears(int64_t birth_day, int64_t day);

}  // namespace signet::pipelines
