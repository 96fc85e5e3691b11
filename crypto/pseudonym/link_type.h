/// The kinds of identifiers by which records of one person are joined.
#pragma once

#include <string_view>

#include "crypto/base/status.h"

namespace signet::crypto {

enum class LinkType { kId, kEmail, kPhone, kCard, kCookie, kDevice };

/// The name in documents and hashes: "id", "email", "phone", "card", "cookie", "device".
std::string_view LinkTypeName(LinkType type);
/// Inverse of LinkTypeName; kInvalid for a name nobody knows.
Result<LinkType> LinkTypeFromName(std::string_view name);

}  // namespace signet::crypto
