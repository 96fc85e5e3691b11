/// Phone numbers in E.164; the only user of libphonenumber.
#pragma once

#include <string>
#include <string_view>

namespace signet::crypto::phone {

/// Appends the E.164 form of `text`; false (and `out` as it was) when it is no possible number.
/// Numbers in the common forms of the countries of FastPlans go without the library (0.1 instead
/// of 15 microseconds), with the same result.
bool AppendE164(std::string_view text, std::string_view default_region, std::string& out);

/// As above by libphonenumber alone: what the short path is tested against.
bool AppendE164ByLibrary(std::string_view text, std::string_view default_region, std::string& out);

bool IsRegion(std::string_view region);

}  // namespace signet::crypto::phone
