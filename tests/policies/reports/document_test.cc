#include "policies/reports/document.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

ReportDocument Sample() {
  ReportDocument document;
  document.kind = "ropa";
  document.title = "A <title> & more";
  document.made = "2026-11-22";
  document.sections = {{"Purposes",
                        "GDPR Art. 30(1)(b)",
                        {"One paragraph."},
                        {{"What ran", {"purpose", "note"}, {{"=cmd()", "a \"b\""}}}},
                        {"Who decides?"}}};
  return document;
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ReportDocument, AsHtmlIsEscapedAndCanBeReadAloudAndPrinted) {
  const std::string html = Sample().ToHtml();
  EXPECT_EQ(html.find("<title>A <title>"), std::string::npos);
  EXPECT_NE(html.find("A &lt;title&gt; &amp; more"), std::string::npos);
  EXPECT_NE(html.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_EQ(CountOf(html, "<h1>"), 1U);
  EXPECT_EQ(CountOf(html, "<caption>"), CountOf(html, "<table>"));
  EXPECT_EQ(CountOf(html, "<th scope=\"col\">"), 2U);
  EXPECT_EQ(CountOf(html, "<th scope=\"row\">"), 1U);
  EXPECT_NE(html.find("@media print"), std::string::npos);
  EXPECT_NE(html.find("Open question:"), std::string::npos);
  for (const char* outside : {"<script", "http://", "https://", "url("}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
}

TEST(ReportDocument, AsCsvIsSafeForSpreadsheetsAndKeepsOpenQuestions) {
  EXPECT_EQ(Sample().ToCsv(),
            "Purposes: What ran\r\npurpose,note\r\n'=cmd(),\"a \"\"b\"\"\"\r\n"
            "OPEN QUESTION,Purposes,Who decides?\r\n");
}

TEST(ReportDocument, AsJsonHasAStableShape) {
  const Json json = Sample().ToJson();
  EXPECT_EQ(json["report"].AsString(), "ropa");
  const Json& section = json["sections"].items().at(0);
  EXPECT_EQ(section["tables"].items().at(0)["rows"].items().at(0).AsStrings().at(0), "=cmd()");
  EXPECT_EQ(section["open_questions"].AsStrings(), std::vector<std::string>{"Who decides?"});
}

}  // namespace
}  // namespace signet::policies
