// Every type of the event catalog is written by somebody: a catalog of promises that nobody keeps
// would be a false record. Whether the entries fit their schemas is checked over whole runs, in
// tests/e2e/log and tests/e2e/keys.
#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"

namespace signet {
namespace {

namespace fs = std::filesystem;

/// The catalog's own rows do not count as writers.
bool IsCatalog(const fs::path& path) {
  const std::string name = path.filename().string();
  return path.string().find("crypto/audit/") != std::string::npos &&
         (name.find("event") != std::string::npos);
}

/// Program text without its comments.
std::string CodeOf(const fs::path& path) {
  const Result<Bytes> bytes = ReadFile(path);
  std::string code;
  if (!bytes.ok()) return code;
  const std::string text(AsText(*bytes));
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line.compare(begin, 2, "//") != 0) code += line + "\n";
    at = end + 1;
  }
  return code;
}

TEST(EventsWritten, EveryTypeOfTheCatalogHasAWriter) {
  std::string code;
  size_t files = 0;
  for (const char* folder : {"crypto", "policies", "pipelines", "workers", "coordinator"}) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".cc" || IsCatalog(file.path())) continue;
      ++files;
      code += CodeOf(file.path());
    }
  }
  ASSERT_GT(files, 300U) << "run from the tree's root";
  for (const crypto::EventDoc& event : crypto::EventCatalog()) {
    EXPECT_NE(code.find('"' + event.type + '"'), std::string::npos)
        << event.type << " is in the catalog and nobody writes it";
  }
}

// The other way round: AuditLog takes any type, so a misspelt one would only be seen by whoever
// checks the entries of a run.
TEST(EventsWritten, NoWriterInventsAType) {
  for (const char* folder : {"coordinator", "crypto/audit"}) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".cc" || IsCatalog(file.path())) continue;
      const std::string code = CodeOf(file.path());
      for (size_t at = code.find("event.type = \""); at != std::string::npos;
           at = code.find("event.type = \"", at + 1)) {
        const size_t begin = code.find('"', at) + 1;
        const std::string type = code.substr(begin, code.find('"', begin) - begin);
        EXPECT_NE(crypto::FindEvent(type), nullptr) << type << " in " << file.path();
      }
    }
  }
}

}  // namespace
}  // namespace signet
