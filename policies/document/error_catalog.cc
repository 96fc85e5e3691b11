#include "policies/document/error_catalog.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/document/error_catalog_parts.h"

namespace signet::policies {
namespace {

std::vector<ErrorEntry> BuildCatalog() {
  std::vector<ErrorEntry> all;
  for (const std::span<const ErrorRow> part :
       {DocumentErrors(), PolicyErrors(), PlanErrors(), RuntimeErrors()}) {
    for (const ErrorRow& row : part) {
      all.push_back({row.code, row.title, row.explanation, row.remedy, row.status});
    }
  }
  for (size_t i = 1; i < all.size(); ++i) {
    CHECK_FACTS(all[i - 1].code < all[i].code, all[i].code);
  }
  return all;
}

}  // namespace

const std::vector<ErrorEntry>& ErrorCatalog() {
  static const std::vector<ErrorEntry> kCatalog = BuildCatalog();
  return kCatalog;
}

const ErrorEntry* FindError(std::string_view code) {
  std::string wanted(code);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  if (wanted.rfind("SIG-", 0) != 0) wanted.insert(0, "SIG-");
  const std::vector<ErrorEntry>& all = ErrorCatalog();
  const auto found = std::lower_bound(
      all.begin(), all.end(), wanted, [](const ErrorEntry& entry, const std::string& key) {
        return entry.code < key;
      });
  return found != all.end() && found->code == wanted ? &*found : nullptr;
}

std::string ExplainError(const ErrorEntry& entry) {
  return entry.code + ": " + entry.title + "\n\n" + entry.explanation +
         "\n\nhelp: " + entry.remedy + "\n";
}

}  // namespace signet::policies
