#include "policies/document/error_catalog.h"

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/policies/golden.h"

namespace signet::policies {
namespace {

TEST(ErrorCatalog, HasTitleExplanationAndRemedyForEveryCode) {
  std::set<std::string> titles;
  for (const ErrorEntry& entry : ErrorCatalog()) {
    SCOPED_TRACE(entry.code);
    EXPECT_EQ(entry.code.size(), 8U);
    EXPECT_EQ(entry.code.substr(0, 4), "SIG-");
    EXPECT_TRUE(titles.insert(entry.title).second) << "two codes have one title";
    EXPECT_GT(entry.explanation.size(), 25U);
    EXPECT_GT(entry.remedy.size(), 5U);
    EXPECT_NE(entry.remedy.back(), '.');
    EXPECT_EQ(entry.explanation.back(), '.');
    EXPECT_TRUE(entry.status == StatusCode::kInvalid || entry.status == StatusCode::kDenied);
  }
  EXPECT_GT(titles.size(), 110U);
}

TEST(ErrorCatalog, FindsCodesHoweverTheyAreWritten) {
  for (const char* code : {"SIG-1204", "sig-1204", "1204"}) {
    ASSERT_NE(FindError(code), nullptr) << code;
    EXPECT_EQ(FindError(code)->title, "unknown key");
  }
  EXPECT_EQ(FindError("SIG-9999"), nullptr);
  EXPECT_EQ(FindError(""), nullptr);
}

TEST(ErrorCatalog, ExplainsACode) {
  ExpectGolden("explain_1204", ExplainError(*FindError("SIG-1204")));
}

TEST(ErrorCatalog, HasEveryCodeThatTheSourcesUse) {
  const std::regex form("\"(SIG-[0-9]{4})\"");
  size_t used = 0;
  for (const char* folder : {"policies", "pipelines", "workers", "coordinator"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".cc" ||
          file.path().filename().string().rfind("error_catalog", 0) == 0) {
        continue;
      }
      const Result<Bytes> bytes = ReadFile(file.path());
      ASSERT_TRUE(bytes.ok());
      const std::string text(AsText(*bytes));
      for (auto at = std::sregex_iterator(text.begin(), text.end(), form);
           at != std::sregex_iterator();
           ++at) {
        ++used;
        EXPECT_NE(FindError((*at)[1].str()), nullptr) << (*at)[1].str() << " in " << file.path();
      }
    }
  }
  EXPECT_GT(used, 30U);
}

TEST(ErrorCatalog, NeverChangesAMeaning) {
  std::string all;
  for (const ErrorEntry& entry : ErrorCatalog()) all += entry.code + " " + entry.title + "\n";
  ExpectGolden("error_codes", all);
}

}  // namespace
}  // namespace signet::policies
