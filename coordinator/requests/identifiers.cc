#include "coordinator/requests/identifiers.h"

#include <utility>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// The domain of a pipeline's `subject: {id: ...}` that names none.
constexpr char kIdDomain[] = "customer";

}  // namespace

Result<std::vector<Identifier>> ReadIdentifiers(std::string_view text) {
  std::vector<Identifier> identifiers;
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    const std::string_view trimmed = Trim(line);
    if (trimmed.empty() || trimmed[0] == '#') continue;
    const size_t space = trimmed.find_first_of(" \t");
    const std::string_view word = trimmed.substr(0, space);
    const size_t colon = word.find(':');
    const Result<crypto::LinkType> type = crypto::LinkTypeFromName(word.substr(0, colon));
    const bool has_domain = colon != std::string_view::npos;
    const bool domain_fits =
        !has_domain || (type.ok() && *type == crypto::LinkType::kId && colon + 1 < word.size());
    if (!type.ok() || !domain_fits || space == std::string_view::npos) {
      return Invalid("line " + std::to_string(number) + " is not TYPE VALUE")
          .WithRemedy("types: id (or id:DOMAIN), email, phone, card, cookie, device");
    }
    std::string domain;
    if (*type == crypto::LinkType::kId) {
      domain = has_domain ? std::string(word.substr(colon + 1)) : std::string(kIdDomain);
    }
    identifiers.push_back(
        {*type, PersonalText(std::string(Trim(trimmed.substr(space)))), std::move(domain)});
  }
  if (identifiers.empty()) return Invalid("no identifier was given");
  return identifiers;
}

}  // namespace signet::coordinator
