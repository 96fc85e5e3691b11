/// Columns that a source declares and no step can see: what the policy drops, escrows or encrypts.
#pragma once

#include <string>
#include <vector>

#include "pipelines/plan/planning.h"

namespace signet::pipelines {

struct HiddenUse {
  std::string view;         ///< the step's name for the source
  Column column;            ///< as declared
  std::string explanation;  ///< "policy treats user.contact.email with escrow (rule, article)"
  std::string remedy;
};

/// The hidden columns of the governed inputs that a step cannot do without, given that it cannot be
/// bound to `with_all`, the columns that any purpose may read; none when it would not be bound with
/// the hidden ones either.
std::vector<HiddenUse> HiddenUsesOf(const Planning& planning,
                                    const Operator& op,
                                    const BindRequest& with_all,
                                    const std::vector<PlannedInput>& inputs);

}  // namespace signet::pipelines
