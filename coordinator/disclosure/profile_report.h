/// A profile as a page: for printers, spreadsheets and screen readers.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "policies/reports/document.h"

namespace signet::coordinator {

/// `profile` as TellProfile gave it: what was withheld there stays withheld. `made` says when, in
/// words for people.
policies::ReportDocument ProfileReport(const Json& profile, const std::string& made);

}  // namespace signet::coordinator
