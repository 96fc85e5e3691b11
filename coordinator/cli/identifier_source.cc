#include "coordinator/cli/identifier_source.h"

#include <array>
#include <cstdio>

#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {

namespace {

Result<std::string> ReadAll(const std::string& from) {
  if (!from.empty() && from != "-") {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(from));
    return std::string(AsText(bytes));
  }
  std::string text;
  std::array<char, 4096> buffer{};
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    text.append(buffer.data(), got);
  }
  return text;
}

}  // namespace

Result<std::string> PeopleTextFrom(const std::string& from) {
  ASSIGN_OR_RETURN(std::string text, ReadAll(from));
  TRY(ReadPeople(text).status());
  return text;
}

Result<std::vector<Identifier>> ReadIdentifiersFrom(const std::string& from) {
  ASSIGN_OR_RETURN(const std::string text, ReadAll(from));
  return ReadIdentifiers(text);
}

Result<std::vector<std::vector<Identifier>>> ReadPeopleFrom(const std::string& from) {
  ASSIGN_OR_RETURN(const std::string text, ReadAll(from));
  return ReadPeople(text);
}

Result<Json> ReadCorrections(const std::string& file, const std::string& pipeline) {
  ASSIGN_OR_RETURN(const std::string text, ReadAll(file));
  Json list{Json::Array()};
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    const std::string_view trimmed = Trim(line);
    if (trimmed.empty() || trimmed[0] == '#') continue;
    const size_t space = trimmed.find_first_of(" \t");
    const size_t dot = trimmed.substr(0, space).find('.');
    if (space == std::string_view::npos || dot == std::string_view::npos) {
      return Invalid("line " + std::to_string(number) + " is not SOURCE.COLUMN VALUE");
    }
    list.Push(Json::Of({{"pipeline", pipeline},
                        {"dataset", trimmed.substr(0, dot)},
                        {"column", trimmed.substr(dot + 1, space - dot - 1)},
                        {"value", Trim(trimmed.substr(space))}}));
  }
  if (list.size() == 0) return Invalid("there is nothing to correct");
  return list;
}

}  // namespace signet::coordinator
