#include "pipelines/identity/link_limits.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

using Field = uint32_t LinkLimits::*;

const std::vector<std::pair<std::string, Field>>& Fields() {
  static const auto& fields =
      *new std::vector<std::pair<std::string, Field>>{{"email", &LinkLimits::email},
                                                      {"phone", &LinkLimits::phone},
                                                      {"card", &LinkLimits::card},
                                                      {"cookie", &LinkLimits::cookie},
                                                      {"device", &LinkLimits::device},
                                                      {"neighbours", &LinkLimits::neighbours}};
  return fields;
}

}  // namespace

uint32_t LinkLimits::IdsFor(crypto::LinkType type) const {
  switch (type) {
    case crypto::LinkType::kId:
      return 0;
    case crypto::LinkType::kEmail:
      return email;
    case crypto::LinkType::kPhone:
      return phone;
    case crypto::LinkType::kCard:
      return card;
    case crypto::LinkType::kCookie:
      return cookie;
    case crypto::LinkType::kDevice:
      return device;
  }
  return 0;
}

Result<LinkLimits> LinkLimits::FromJson(const Json& json) {
  LinkLimits limits;
  for (const auto& [key, value] : json.fields()) {
    bool known = false;
    for (const auto& [name, field] : Fields()) {
      if (name != key) continue;
      known = true;
      if (!value.is_int() || value.AsInt() < 0 ||
          value.AsInt() > std::numeric_limits<uint32_t>::max()) {
        return Invalid("the link limit '" + key + "' is not a count");
      }
      limits.*field = static_cast<uint32_t>(value.AsInt());
    }
    if (!known) return Invalid("there is no link limit '" + key + "'");
  }
  return limits;
}

Json LinkLimits::ToJson() const {
  Json json;
  for (const auto& [name, field] : Fields()) json.Set(name, this->*field);
  return json;
}

}  // namespace signet::pipelines
