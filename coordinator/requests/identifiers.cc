#include "coordinator/requests/identifiers.h"

#include <utility>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// The domain of a pipeline's `subject: {id: ...}` that names none.
constexpr char kIdDomain[] = "customer";

}  // namespace

Result<Identifier> MakeIdentifier(std::string_view type, std::string_view value) {
  const size_t colon = type.find(':');
  ASSIGN_OR_RETURN(const crypto::LinkType link, crypto::LinkTypeFromName(type.substr(0, colon)));
  const bool has_domain = colon != std::string_view::npos;
  if (has_domain && (link != crypto::LinkType::kId || colon + 1 >= type.size())) {
    return Invalid("only an id has a domain");
  }
  std::string domain;
  if (link == crypto::LinkType::kId) {
    domain = has_domain ? std::string(type.substr(colon + 1)) : std::string(kIdDomain);
  }
  return Identifier{link, PersonalText(std::string(Trim(value))), std::move(domain)};
}

namespace {

/// One line of a file of identifiers; nothing for a comment.
Result<std::vector<Identifier>> ReadLine(std::string_view line, int number) {
  std::vector<Identifier> identifiers;
  const std::string_view trimmed = Trim(line);
  if (trimmed.empty() || trimmed[0] == '#') return identifiers;
  const size_t space = trimmed.find_first_of(" \t");
  Result<Identifier> identifier =
      space == std::string_view::npos
          ? Result<Identifier>(Invalid("no value"))
          : MakeIdentifier(trimmed.substr(0, space), trimmed.substr(space));
  if (!identifier.ok()) {
    return Invalid("line " + std::to_string(number) + " is not TYPE VALUE")
        .WithRemedy("types: id (or id:DOMAIN), email, phone, card, cookie, device");
  }
  identifiers.push_back(*std::move(identifier));
  return identifiers;
}

}  // namespace

Result<std::vector<std::vector<Identifier>>> ReadPeople(std::string_view text) {
  std::vector<std::vector<Identifier>> people;
  bool begin = true;
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ASSIGN_OR_RETURN(std::vector<Identifier> read, ReadLine(line, ++number));
    if (Trim(line).empty()) begin = true;
    if (read.empty()) continue;
    if (begin) people.emplace_back();
    begin = false;
    people.back().push_back(std::move(read.front()));
  }
  if (people.empty()) return Invalid("no identifier was given");
  return people;
}

Result<std::vector<Identifier>> ReadIdentifiers(std::string_view text) {
  std::vector<Identifier> identifiers;
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ASSIGN_OR_RETURN(std::vector<Identifier> read, ReadLine(line, ++number));
    for (Identifier& identifier : read) identifiers.push_back(std::move(identifier));
  }
  if (identifiers.empty()) return Invalid("no identifier was given");
  return identifiers;
}

}  // namespace signet::coordinator
