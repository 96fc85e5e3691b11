/// Identifiers: what a person names themselves by in a request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/link_type.h"

namespace signet::coordinator {

/// One identifier of a person, as the person gave it.
struct Identifier {
  crypto::LinkType type = crypto::LinkType::kEmail;
  PersonalText value;
  std::string domain;  ///< ids only: whose numbers they are, as the pipeline's `subject: domain`
};

/// One identifier of type "email", "phone", "card", "cookie", "device", "id" or "id:DOMAIN";
/// kInvalid.
Result<Identifier> MakeIdentifier(std::string_view type, std::string_view value);

/// Reads several persons: lines as below, an empty line between two persons.
Result<std::vector<std::vector<Identifier>>> ReadPeople(std::string_view text);

/// Reads lines "TYPE VALUE" (email, phone, card, cookie, device, id, id:DOMAIN); '#' comments. An
/// id without domain is of the pipelines' default, "customer". kInvalid with the line's number,
/// never its text.
Result<std::vector<Identifier>> ReadIdentifiers(std::string_view text);

}  // namespace signet::coordinator
