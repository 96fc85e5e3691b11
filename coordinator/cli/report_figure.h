/// Figures of a run as people read them.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// Whole numbers with separators, others with about four significant digits; text as it is, all
/// else empty.
std::string ReportFigure(const Json& value);

/// An estimate {value, low, high} as "value (low to high)"; a plain figure like ReportFigure.
std::string ReportInterval(const Json& estimate);

}  // namespace signet::coordinator
