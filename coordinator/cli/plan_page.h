/// The plan as a page that a lawyer can read: who gets what, why, and from where.
#pragma once

#include <string>

#include "pipelines/plan/plan.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// One HTML document without scripts or outside parts, printable, with headings and table heads
/// that screen readers follow: what is published to whom under which relation and safeguard, each
/// purpose with its lawful basis, each step, and for every column its origins, rules, bases and
/// limits. Everything from the plan is escaped.
std::string PlanPage(const pipelines::Plan& plan, const policies::Policy& policy);

}  // namespace signet::coordinator
