/// The data protection impact assessment (GDPR Art. 35(7)) and California's risk assessment (11 CCR
/// section 7152), filled in as far as lineage and policy can tell; the rest is marked as open.
#pragma once

#include <span>
#include <string>

#include "policies/compile/policy.h"
#include "policies/reports/activity.h"
#include "policies/reports/document.h"

namespace signet::policies {

enum class AssessmentView { kGdpr, kCpra };

ReportDocument MakeDpia(const Policy& policy,
                        std::span<const ProcessingActivity> activities,
                        std::span<const ColumnLineage> columns,
                        AssessmentView view,
                        const std::string& made);

}  // namespace signet::policies
