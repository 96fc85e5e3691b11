/// The log of consumers' requests, with the columns of 11 CCR section 7101(b), and its metrics.
#pragma once

#include <span>
#include <string>

#include "crypto/base/clock.h"
#include "policies/reports/document.h"
#include "policies/rights/request.h"

namespace signet::policies {

/// One row per request, the oldest first: date, nature, manner, date and nature of the response,
/// basis of a denial; and whether it was in time. `facts` count received, complied with, denied and
/// the median days to respond, by right (11 CCR section 7102(a)(1)). No personal data.
ReportDocument MakeRequestLog(std::span<const RightsRequest> requests, Timestamp now);

}  // namespace signet::policies
