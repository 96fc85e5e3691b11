#include "coordinator/disclosure/segment_replay.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace signet::coordinator {
namespace {

using pipelines::Plan;
using pipelines::PlannedInput;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;

std::map<std::string, const PlannedStep*> WritersOf(const Plan& plan) {
  std::map<std::string, const PlannedStep*> writers;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedOutput& output : step.outputs) writers[output.dataset] = &step;
  }
  return writers;
}

bool FiltersSubjects(const PlannedStep& step) {
  return !step.purpose.empty() &&
         std::any_of(step.inputs.begin(), step.inputs.end(), [](const PlannedInput& input) {
           return input.subjects_filtered;
         });
}

}  // namespace

ConsentNeeds NeedsOf(const Plan& plan, const std::string& segment, const std::string& recipient) {
  ConsentNeeds needs;
  const std::map<std::string, const PlannedStep*> writers = WritersOf(plan);
  std::set<std::string> seen;
  std::vector<std::string> open = {segment};
  while (!open.empty()) {
    const std::string dataset = open.back();
    open.pop_back();
    const auto writer = writers.find(dataset);
    if (!seen.insert(dataset).second || writer == writers.end()) continue;
    const PlannedStep& step = *writer->second;
    if (FiltersSubjects(step)) needs.emplace(step.purpose, policies::Relation::kInternal);
    for (const PlannedInput& input : step.inputs) open.push_back(input.dataset);
  }
  for (const pipelines::PlannedPublication& publication : plan.publications) {
    if (publication.recipient != recipient) continue;
    const PlannedStep* step = plan.Find(publication.step);
    const bool has =
        step != nullptr &&
        std::any_of(step->inputs.begin(), step->inputs.end(), [&](const PlannedInput& input) {
          return input.dataset == segment;
        });
    const Result<policies::Relation> relation = policies::RelationFromName(publication.relation);
    if (has && relation.ok()) needs.emplace(publication.purpose, *relation);
  }
  return needs;
}

Result<SubjectsByPartition> AllowedForAll(LedgerBook& ledger,
                                          const policies::Policy& policy,
                                          const ConsentNeeds& needs,
                                          int partitions) {
  SubjectsByPartition all;
  all.reserve(static_cast<size_t>(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    ASSIGN_OR_RETURN(const policies::LedgerPartition* part, ledger.Partition(partition));
    std::vector<SubjectId> allowed;
    bool first = true;
    for (const auto& need : needs) {
      // A purpose that the policy does not declare may use nobody.
      std::vector<SubjectId> more;
      if (policy.FindPurpose(need.first) != nullptr) {
        more = part->AllowedFor(policy, need.first, need.second);
      }
      std::vector<SubjectId> both;
      std::set_intersection(
          allowed.begin(), allowed.end(), more.begin(), more.end(), std::back_inserter(both));
      allowed = first ? std::move(more) : std::move(both);
      first = false;
    }
    all.push_back(std::move(allowed));
  }
  return all;
}

SubjectsByPartition Without(const SubjectsByPartition& a, const SubjectsByPartition& b) {
  SubjectsByPartition rest;
  rest.reserve(a.size());
  for (size_t partition = 0; partition < a.size(); ++partition) {
    std::vector<SubjectId> only;
    if (partition < b.size()) {
      std::set_difference(a[partition].begin(),
                          a[partition].end(),
                          b[partition].begin(),
                          b[partition].end(),
                          std::back_inserter(only));
    } else {
      only = a[partition];
    }
    rest.push_back(std::move(only));
  }
  return rest;
}

uint64_t CountOf(const SubjectsByPartition& subjects) {
  uint64_t count = 0;
  for (const std::vector<SubjectId>& partition : subjects) count += partition.size();
  return count;
}

}  // namespace signet::coordinator
