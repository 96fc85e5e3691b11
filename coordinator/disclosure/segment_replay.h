/// How published segments and the rows behind purposes fare under another policy, counted on what
/// rests.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/ledger_book.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/plan/plan.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// Subjects by partition, each sorted.
using SubjectsByPartition = std::vector<std::vector<SubjectId>>;

struct MemberCount {
  int64_t people = 0;
  int64_t rows = 0;
};

/// Counts the rows of a resting dataset that are about `subjects`, under a lease for `purpose`: in
/// a worker, since the coordinator opens no dataset.
using CountMembers = std::function<Result<MemberCount>(
    const LiveDataset& dataset, const std::string& purpose, const SubjectsByPartition& subjects)>;

/// Purposes, each with the relation to who receives it, whose consent decides who may be there.
using ConsentNeeds = std::set<std::pair<std::string, policies::Relation>>;

/// The purposes of all steps that the segment's members passed, and of its publication to that
/// recipient.
ConsentNeeds NeedsOf(const pipelines::Plan& plan,
                     const std::string& segment,
                     const std::string& recipient);

/// Who may be used for all of them under the policy, as the ledger is now.
Result<SubjectsByPartition> AllowedForAll(LedgerBook& ledger,
                                          const policies::Policy& policy,
                                          const ConsentNeeds& needs,
                                          int partitions);

/// Those of `a` that are not in `b`.
SubjectsByPartition Without(const SubjectsByPartition& a, const SubjectsByPartition& b);

/// How many there are.
uint64_t CountOf(const SubjectsByPartition& subjects);

}  // namespace signet::coordinator
