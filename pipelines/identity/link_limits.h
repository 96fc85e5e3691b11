/// How many others a link value may join before it identifies nobody.
#pragma once

#include <cstdint>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/link_type.h"

namespace signet::pipelines {

/// Values over a limit are blocked: a till's "guest" card, a family's tablet, info@example.org.
/// 0 = no limit.
struct LinkLimits {
  uint32_t email = 3;  ///< different ids (of one id domain) that share an e-mail
  uint32_t phone = 3;
  uint32_t card = 3;
  uint32_t cookie = 1;  ///< a browser in which two customers log in says nothing about either
  uint32_t device = 1;
  uint32_t neighbours = 500;  ///< different values of one other kind, for every type

  /// How many different ids of one domain may share a value of `type`; ids themselves: no limit.
  [[nodiscard]] uint32_t IdsFor(crypto::LinkType type) const;
  /// {"email": 3, ...}; kInvalid for an unknown key or a negative number. Null: the defaults.
  static Result<LinkLimits> FromJson(const Json& json);
  [[nodiscard]] Json ToJson() const;
};

}  // namespace signet::pipelines
