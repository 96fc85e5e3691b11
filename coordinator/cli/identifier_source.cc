#include "coordinator/cli/identifier_source.h"

#include <array>
#include <cstdio>

#include "crypto/base/file.h"

namespace signet::coordinator {

Result<std::vector<Identifier>> ReadIdentifiersFrom(const std::string& from) {
  if (!from.empty() && from != "-") {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(from));
    return ReadIdentifiers(AsText(bytes));
  }
  std::string text;
  std::array<char, 4096> buffer{};
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    text.append(buffer.data(), got);
  }
  return ReadIdentifiers(text);
}

}  // namespace signet::coordinator
