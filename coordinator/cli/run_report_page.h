/// The report of a run as one self-contained page: SVG, printable, a table beside each picture.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "policies/model/purpose.h"

namespace signet::coordinator {

/// `report` is RunJson (coordinator/requests/run_json.h). Aggregates only, through the disclosure
/// gate of `rule`: smaller groups are left out, and so is whatever a failed step said (its message
/// is in the text report of the person who ran it).
std::string RunReportPage(const Json& report, const policies::PublicationRule& rule);

}  // namespace signet::coordinator
