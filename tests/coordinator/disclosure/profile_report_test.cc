#include "coordinator/disclosure/profile_report.h"

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

Json Column() {
  Json column = Json::Of({{"name", "country"}, {"type", "text"}, {"people", 400}});
  column.Set("missing", Json());
  column.Set("values",
             Json::List({Json::Of({{"value", "<FI>"}, {"people", 300}}),
                         Json::Of({{"value", "=cmd()"}, {"people", Json()}})}));
  column.Set("rest", 100);
  return column;
}

Json Profile() {
  Json profile = Json::Of({{"dataset", "crm"},
                           {"pipeline", "shop"},
                           {"purpose", "analytics.churn"},
                           {"people", 400},
                           {"rows", 12'000},
                           {"min_group", 50}});
  profile.Set("columns", Json::List({Column()}));
  return profile;
}

TEST(ProfileReport, IsAPageAndATableOfWhatWasToldAndNoMore) {
  const policies::ReportDocument document = ProfileReport(Profile(), "today");
  const std::string page = document.ToHtml();
  for (const char* const part :
       {"<h1>", "&lt;FI&gt;", "withheld", "all other values", "fewer than 50 people", "12,000"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("<FI>"), std::string::npos) << "values are text";
  const std::string csv = document.ToCsv();
  EXPECT_EQ(csv.find("\n=cmd"), std::string::npos);
  EXPECT_EQ(csv.find(",=cmd"), std::string::npos) << "no formula for spreadsheets";
  EXPECT_EQ(document.ToJson()["facts"]["people"].AsInt(), 400);
}

TEST(ProfileReport, ANoisyCountShowsItsGauge) {
  Json profile = Json::Of({{"dataset", "crm"},
                           {"pipeline", "shop"},
                           {"people_noisy", 397},
                           {"noise", "gaussian"},
                           {"within_95", 17}});
  profile.Set("budget", Json::Of({{"recipient", "press"}, {"gauge", "[###---] 0.30 of 1.00"}}));
  const std::string page = ProfileReport(profile, "today").ToHtml();
  EXPECT_NE(page.find("gaussian noise, within 17 in 95 % of answers"), std::string::npos);
  EXPECT_NE(page.find("0.30 of 1.00"), std::string::npos);
  EXPECT_EQ(page.find("exact"), std::string::npos);
}

TEST(ProfileReport, MeasuresAndLevelsHaveTables) {
  Json profile = Profile();
  Json classes = Json::Of({{"columns", Json::Strings({"country", "born"})},
                           {"verdict", "each class has 10 people or more"},
                           {"people_below_k", 0},
                           {"sensitive", "tier"},
                           {"l", 3},
                           {"entropy_l", 2.5},
                           {"t", 0.2},
                           {"t_ordered", 0.1}});
  profile.Set("classes", std::move(classes));
  profile.Set(
      "generalisation",
      Json::Of({{"found", true},
                {"k", 10},
                {"suppressed_max", 0.1},
                {"levels",
                 Json::List({Json::Of(
                     {{"column", "born"}, {"level", "decade"}, {"step", 2}, {"of", 4}})})}}));
  const std::string csv = ProfileReport(profile, "today").ToCsv();
  for (const char* const part : {"l-diversity (entropy),2.5", "born,decade,2,4"}) {
    EXPECT_NE(csv.find(part), std::string::npos) << part << "\n" << csv;
  }
}

}  // namespace
}  // namespace signet::coordinator
