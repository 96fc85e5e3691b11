/// Checks over the whole plan that no single binding can make: special categories, retention.
#pragma once

#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// Reports, where the document states it:
///   SIG-3041  a step reads what is, or stands for, a special category (GDPR Art. 9), and its
///             purpose states no condition for that
///   SIG-3042  a dataset of a kind for which no policy states a retention
///   SIG-3043  a snapshot that would be served longer than its kind, or its data, may be kept
void CheckProof(Planning& planning);

/// Adds what the engineer knows and the policy cannot: the column stands for special categories.
/// Reports SIG-2022 for a name that is none.
void AddProxies(Planning& planning, const ColumnDecl& decl, policies::Label& label);

/// Seconds that the dataset may be kept: its kind's retention or that of its columns, whichever is
/// shorter; nothing = no rule.
std::optional<int64_t> RetentionOf(const policies::Policy& policy,
                                   DatasetKind kind,
                                   const Schema& schema);

}  // namespace signet::pipelines
