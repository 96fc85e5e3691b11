#include "crypto/pseudonym/link_type.h"

#include <string>

namespace signet::crypto {

std::string_view LinkTypeName(LinkType type) {
  switch (type) {
    case LinkType::kId:
      return "id";
    case LinkType::kEmail:
      return "email";
    case LinkType::kPhone:
      return "phone";
    case LinkType::kCard:
      return "card";
    case LinkType::kCookie:
      return "cookie";
    case LinkType::kDevice:
      return "device";
  }
  return "";
}

Result<LinkType> LinkTypeFromName(std::string_view name) {
  for (const LinkType type : {LinkType::kId,
                              LinkType::kEmail,
                              LinkType::kPhone,
                              LinkType::kCard,
                              LinkType::kCookie,
                              LinkType::kDevice}) {
    if (LinkTypeName(type) == name) return type;
  }
  return Invalid("no link type '" + std::string(name) +
                 "': there are id, email, phone, card, cookie, device");
}

}  // namespace signet::crypto
