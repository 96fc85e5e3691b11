/// Profile: statistics of one live dataset through the disclosure gate, for engineers who may see
/// no rows.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/disclosure_book.h"
#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/disclosure/profile_binder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/plan/plan.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

struct ProfileRequest {
  std::string dataset;                              ///< a source or step whose rows rest
  std::string pipeline;                             ///< empty: the only one that has it
  std::string purpose = "operations.data_quality";  ///< whose columns and subjects are looked at
  std::vector<std::string> quasi;                   ///< measure classes of these columns
  std::string sensitive;                            ///< and what they tell about this one
  double suppressed_max = -1;                       ///< from 0: search the least generalisation
  std::string recipient = "engineers";              ///< who is told: for the differencing ledger
  NoiseChoice noise;                                ///< a noisy count of people, no more
};

/// What a profile is computed under: the dataset as it rests, and the plan and policy of its run.
struct ProfileSubject {
  LiveDataset dataset;
  pipelines::Plan plan;
  policies::Policy policy;
  std::vector<std::string> columns;  ///< those that the purpose may read, the subject first
};

/// kNotFound with what there is; kDenied when the purpose may read none of the columns.
Result<ProfileSubject> FindProfileSubject(StateFolder& state, const ProfileRequest& request);

/// The task that counts: the columns that the purpose may read, of the subjects it may use.
Result<ProfileTask> ProfileTaskOf(LedgerBook& ledger,
                                  const ProfileSubject& subject,
                                  const ProfileRequest& request);

/// What of the worker's statistics may be told beside all that was told before: counts that would
/// differ from earlier ones by too few people are left out, or all is refused (kDenied) when it is
/// the number of people itself. With noise, a noisy number of people alone, and the gauge.
Result<Json> TellProfile(DisclosureBook& book,
                         const ProfileRequest& request,
                         const ProfileSubject& subject,
                         const Json& statistics,
                         Timestamp now);

/// For people.
std::string ProfileText(const Json& profile);

}  // namespace signet::coordinator
