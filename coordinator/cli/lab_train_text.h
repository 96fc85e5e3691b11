/// The reports of `signet lab train` and `drift` for people.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::coordinator {

std::string LabTrainText(const Json& report);
std::string LabDriftText(const Json& report);

}  // namespace signet::coordinator
