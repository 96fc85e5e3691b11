#include "pipelines/record/label_flow.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

Column ColumnOf(const std::string& name, const std::string& category, const std::string& purpose) {
  policies::Label label;
  label.categories = {category};
  label.purposes = {purpose, "both"};
  return {name, ColumnType::kText, label};
}

const std::map<std::string, Schema>& Inputs() {
  static const std::map<std::string, Schema> kInputs = {
      {"crm", {{ColumnOf("email", "contact", "mail"), ColumnOf("tier", "loyalty", "any")}}},
      {"web", {{ColumnOf("page", "browsing", "web")}}}};
  return kInputs;
}

TEST(LabelFlow, JoinsTheColumnsThatFlowIn) {
  const policies::Label label = JoinedLabel(Inputs(), {"crm.email", "web.page"});
  EXPECT_EQ(label.categories, (std::set<std::string>{"browsing", "contact"}));
  EXPECT_EQ(label.purposes, std::set<std::string>{"both"});
  EXPECT_EQ(JoinedLabel(Inputs().at("crm"), {"tier"})->categories,
            std::set<std::string>{"loyalty"});
}

TEST(LabelFlow, ANameThatDoesNotResolveCountsAsEverything) {
  EXPECT_EQ(JoinedLabel(Inputs(), {"crm.emial"}).categories.size(), 3U);
  EXPECT_EQ(JoinedLabel(Inputs(), {}).categories.size(), 3U);
}

TEST(LabelFlow, NamesTheNearestInputAndColumn) {
  EXPECT_EQ(InputNamed(Inputs(), "crn").status().message(),
            "there is no input 'crn' (inputs: crm, web); did you mean 'crm'?");
  EXPECT_EQ(ColumnNamed(Inputs().at("crm"), "crm", "emial").status().message(),
            "input 'crm' has no column 'emial'; did you mean 'email'?");
  EXPECT_FALSE(JoinedLabel(Inputs().at("crm"), {"page"}).ok());
}

}  // namespace
}  // namespace signet::pipelines
