/// What commands about persons print: one JSON object, or lines for people.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// "name: value" lines; objects and lists indented by two below their name.
std::string FactsText(const Json& facts);
/// Prints `facts` as `format` asks ("json" or "text").
void PrintFacts(const Json& facts, const std::string& format);

}  // namespace signet::coordinator
